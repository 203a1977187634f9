import { expect, test } from 'vitest';

import { readNumber } from './number-text.js';

test.each([
  ['12', 12],
  ['-0.50', -0.5],
  ['1e3', 1000],
  ['0', 0],
  ['0.1', 0.1],
  ['1E-7', 1e-7],
  ['9007199254740991', 9_007_199_254_740_991],
])('reads %s', (text, number) => expect(readNumber(text, false)).toEqual({ number }));

test.each([
  ['', false],
  ['1.', false],
  ['1,5', false],
  ['0x10', false],
  ['1e999', false],
  ['1.5', true],
  ['12345678901234567890123', false],
  ['0.12345678901234567890123', false],
])('refuses "%s"', (text, isInteger) => expect(readNumber(text, isInteger)).toHaveProperty('problem'));

test('says what a number with too many digits would become', () => {
  expect(readNumber('0.1000000000000000055', false)).toEqual({
    problem: 'Cannot be stored: it has too many digits and would become 0.1.',
    isInexact: true,
  });
});
