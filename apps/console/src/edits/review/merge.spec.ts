import { expect, test } from 'vitest';

import { mergeOf } from './merge.js';

test('changes of different members are put together', () => {
  const base = { title: 'Alien', year: 1979, studio: { name: 'Fox', city: 'LA' }, seen: false };
  const theirs = { title: 'Alien', year: 1980, studio: { name: 'Fox', city: 'London' } };
  const mine = { title: 'Aliens', year: 1979, studio: { name: 'Brandywine', city: 'LA' }, seen: false };
  expect(mergeOf(base, theirs, mine)).toEqual({
    data: { title: 'Aliens', year: 1980, studio: { name: 'Brandywine', city: 'London' } },
    overlaps: [],
  });
});

test('the values of the user win, and overlaps are reported', () => {
  const merged = mergeOf({ a: 1, b: 1, c: [1] }, { a: 2, b: 2, c: [1, 2] }, { a: 3, b: 2, c: [1, 3] });
  expect(merged).toEqual({ data: { a: 3, b: 2, c: [1, 3] }, overlaps: ['a', 'c'] });
});

test('a member that one has removed and the other one changed is an overlap', () => {
  expect(mergeOf({ a: 1 }, {}, { a: 2 })).toEqual({ data: { a: 2 }, overlaps: ['a'] });
  expect(mergeOf({ a: 1 }, { a: 2 }, {})).toEqual({ data: {}, overlaps: ['a'] });
  expect(mergeOf({ a: 1, b: 1 }, { b: 1 }, { a: 1 })).toEqual({ data: {}, overlaps: [] });
});
