import { expect, it } from 'vitest';

import { effectOf } from './effect.js';

it.each([
  [false, true, 'entered'],
  [true, true, 'changed'],
  [true, false, 'left'],
  [false, false, null],
])('matching before: %s, after: %s is %s', (before, after, effect) => {
  expect(effectOf(before, after)).toBe(effect);
});
