import { describe, expect, it } from 'vitest';

import { parseMoment } from './moment.js';

describe('parseMoment', () => {
  it.each([
    ['2026-11-25T10:00:00Z', '2026-11-25T10:00:00.000Z'],
    ['2026-11-25T10:00:00.5+02:00', '2026-11-25T08:00:00.500Z'],
    ['2026-11-25t10:00:00.123999999z', '2026-11-25T10:00:00.123Z'],
    ['1969-12-31T23:59:59.9999-00:30', '1970-01-01T00:29:59.999Z'],
  ])('parses %s as %s', (text, time) => expect(parseMoment(text)).toBe(time));

  it.each([
    '',
    '2026-11-25',
    '2026-11-25T10:00:00',
    '2026-02-30T10:00:00Z',
    '2026-11-25T10:00:00.Z',
    '1764064800',
    'now',
  ])('rejects "%s"', (text) => expect(parseMoment(text)).toBeNull());
});
