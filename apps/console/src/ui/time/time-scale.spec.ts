import { expect, test } from 'vitest';

import { localTime, POSITIONS, positionOf, readTime, timeAfter, timeAt, timeBefore } from './time-scale.js';

const from = Date.parse('2026-01-01T00:00:00Z');
const to = Date.parse('2026-01-02T00:00:00Z');

test('maps positions to times and back', () => {
  expect(timeAt(500, from, to)).toBe('2026-01-01T12:00:00.000Z');
  expect(positionOf('2026-01-01T12:00:00.000Z', from, to)).toBe(500);
  expect(timeAt(POSITIONS, from, to)).toBeNull();
  expect(positionOf(null, from, to)).toBe(POSITIONS);
  expect(positionOf('2020-01-01T00:00:00Z', from, to)).toBe(0);
  expect(positionOf('soon', from, to)).toBe(POSITIONS);
  expect(positionOf('2026-01-01T12:00:00.000Z', to, to)).toBe(POSITIONS);
});

test('reads what was typed', () => {
  expect(readTime('2026-01-01T12:00:00+02:00')).toBe('2026-01-01T10:00:00.000Z');
  expect(readTime(localTime('2026-01-01T12:00:00.123Z'))).toBe('2026-01-01T12:00:00.123Z');
  expect(readTime(' ')).toBeUndefined();
  expect(readTime('soon')).toBeUndefined();
});

test('goes from change to change', () => {
  const times = ['2026-01-03T00:00:00Z', '2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z'];
  const [newest, middle, oldest] = times as [string, string, string];
  expect(timeBefore(null, times)).toBe(middle);
  expect(timeBefore(middle, times)).toBe(oldest);
  expect(timeBefore('2026-01-01T12:00:00Z', times)).toBe(oldest);
  expect(timeBefore(oldest, times)).toBeUndefined();
  expect(timeAfter(oldest, times)).toBe(middle);
  expect(timeAfter(middle, times)).toBeNull();
  expect(timeAfter(newest, times)).toBeNull();
  expect(timeBefore(null, [newest])).toBeUndefined();
});
