import { expect, it } from 'vitest';

import { windowShift } from './window-shift.js';

const rows = (ids: string) => [...ids].map((id) => ({ id }));

it.each([
  ['abc', 'abcd', 0],
  ['abc', 'xyabc', 2],
  ['abcd', 'cdef', -2],
  ['abc', 'xyz', 0],
  ['', 'abc', 0],
])('finds how far the rows %s have moved in %s', (before, after, shift) => {
  expect(windowShift(rows(before), rows(after))).toBe(shift);
});
