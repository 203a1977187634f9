import { expect, it } from 'vitest';

import { shallowMerge } from './shallow-merge.js';

it('separates the members to set from those to remove', () => {
  expect(shallowMerge({ a: 1, b: null, '': [null, {}], c: null })).toEqual({
    set: { a: 1, '': [null, {}] },
    removed: ['b', 'c'],
  });
  expect(shallowMerge({})).toEqual({ set: {}, removed: [] });
});

it('is none if a member is merged itself', () => {
  expect(shallowMerge({ a: 1, b: {} })).toBeUndefined();
});
