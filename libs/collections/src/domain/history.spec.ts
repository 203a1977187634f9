import { describe, expect, it } from 'vitest';

import { HavenError } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';

import { historyOf } from './history.js';

describe('historyOf', () => {
  it.each<[JsonValue, unknown]>([
    [null, null],
    [{ keep: 1 }, { keep: 1, for: null }],
    [{ for: '90d' }, { keep: null, for: '90d' }],
    [
      { keep: 10, for: '30m' },
      { keep: 10, for: '30m' },
    ],
    [
      { keep: null, for: '12h' },
      { keep: null, for: '12h' },
    ],
  ])('accepts %j', (given, history) => {
    expect(historyOf(given)).toEqual(history);
  });

  it.each<[JsonValue, string]>([
    ['90d', '/history'],
    [[], '/history'],
    [{}, '/history'],
    [{ keep: null }, '/history'],
    [{ keep: 0 }, '/history/keep'],
    [{ keep: 1.5 }, '/history/keep'],
    [{ keep: '3' }, '/history/keep'],
    [{ keep: 3, for: 90 }, '/history/for'],
    [{ for: '0d' }, '/history/for'],
    [{ for: '30s' }, '/history/for'],
    [{ for: '1.5d' }, '/history/for'],
    [{ for: '90 d' }, '/history/for'],
    [{ keep: 3, until: 'ever' }, '/history/until'],
  ])('refuses %j with a pointer', (given, pointer) => {
    expect(() => historyOf(given)).toThrow(HavenError);
    try {
      historyOf(given);
    } catch (error) {
      expect((error as HavenError).extras.errors).toMatchObject([{ code: 'VALIDATION_FAILED', pointer }]);
    }
  });
});
