import fc from 'fast-check';
import { expect, it } from 'vitest';

import { parseDuration, parseSize, printDuration, printSize } from './units.js';

it.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['5m', 300_000],
  ['24h', 86_400_000],
  ['7d', 604_800_000],
])('parses %s as %i milliseconds', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));

it.each([
  ['512', 512],
  ['512B', 512],
  ['64KiB', 65_536],
  ['1MiB', 1_048_576],
  ['2GiB', 2_147_483_648],
])('parses %s as %i bytes', (text, bytes) => expect(parseSize(text)).toBe(bytes));

it.each(['', '5', '-5s', '1.5s', '5 s', '5S', '5days', 's', '5constructor'])('%j is not a duration', (text) =>
  expect(parseDuration(text)).toBeUndefined(),
);

it.each(['', '-1', '1.5MiB', '1MB', '1mib', '1e3', 'KiB'])('%j is not a size', (text) =>
  expect(parseSize(text)).toBeUndefined(),
);

it('parses what it prints', () => {
  fc.assert(
    fc.property(fc.nat(), (amount) => {
      expect(parseDuration(printDuration(amount))).toBe(amount);
      expect(parseSize(printSize(amount))).toBe(amount);
    }),
  );
});

it('prints the largest unit in which the amount is an integer', () => {
  expect([0, 1500, 90_000, 3_600_000, 86_400_000].map(printDuration)).toEqual(['0s', '1500ms', '90s', '1h', '1d']);
  expect([0, 1500, 1_048_576].map(printSize)).toEqual(['0B', '1500B', '1MiB']);
});
