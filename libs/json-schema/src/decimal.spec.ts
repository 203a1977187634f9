import fc from 'fast-check';
import { expect, it } from 'vitest';

import { isMultipleOf } from './decimal.js';

it.each<[number, number, boolean]>([
  [19.99, 0.01, true],
  [0.3, 0.1, true],
  [0.35, 0.1, false],
  [1e300, 1e-300, true],
  [1e-7, 1e-8, true],
  [1e308, 0.5, true],
  [-7, 3.5, true],
  [0, 0.1, true],
  [9007199254740991, 2, false],
])('%d of %d: %s', (value, divisor, expected) => {
  expect(isMultipleOf(value, divisor)).toBe(expected);
});

it('accepts every multiple of a hundredth', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), (hundredths) => isMultipleOf(Number(`${hundredths}e-2`), 0.01)),
  );
});
