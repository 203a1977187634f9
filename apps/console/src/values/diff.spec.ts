import { expect, test } from 'vitest';

import { differencesOf, isEqual } from './diff.js';

test('equal documents have no differences, whatever the order of their members', () => {
  expect(differencesOf({ a: 1, b: { c: [1, null] } }, { b: { c: [1, null] }, a: 1 })).toEqual([]);
});

test('members are added, removed and changed by their paths', () => {
  const before = { title: 'Alien', year: 1979, studio: { name: 'Fox', city: 'LA' } };
  const after = { title: 'Aliens', studio: { name: 'Fox', city: 'London', since: 1935 }, year: 1979, 'a.b': null };
  expect(differencesOf(before, after)).toEqual([
    { path: 'title', kind: 'changed', before: 'Alien', after: 'Aliens' },
    { path: 'studio.city', kind: 'changed', before: 'LA', after: 'London' },
    { path: 'studio.since', kind: 'added', after: 1935 },
    { path: '["a.b"]', kind: 'added', after: null },
  ]);
});

test('an item inserted into an array is one difference', () => {
  expect(differencesOf({ tags: ['a', 'b', 'c'] }, { tags: ['a', 'x', 'b', 'c'] })).toEqual([
    { path: 'tags[1]', kind: 'added', after: 'x' },
  ]);
  expect(differencesOf({ tags: ['a', 'a', 'b'] }, { tags: ['a', 'b'] })).toEqual([
    { path: 'tags[1]', kind: 'removed', before: 'a' },
  ]);
  expect(differencesOf({ tags: [{ n: 1 }, 'b'] }, { tags: [{ n: 2 }, 'b'] })).toEqual([
    { path: 'tags[0].n', kind: 'changed', before: 1, after: 2 },
  ]);
});

test('all members of a document are added when it is created, and removed when it is deleted', () => {
  expect(differencesOf(null, { a: 1 })).toEqual([{ path: 'a', kind: 'added', after: 1 }]);
  expect(differencesOf({ a: 1 }, undefined)).toEqual([{ path: 'a', kind: 'removed', before: 1 }]);
  expect(differencesOf(null, null)).toEqual([]);
});

test('values of different types are different, and so are own members of special names', () => {
  expect(differencesOf({ a: [] }, { a: {} })).toEqual([{ path: 'a', kind: 'changed', before: [], after: {} }]);
  expect(isEqual({ a: '1' }, { a: 1 })).toBe(false);
  expect(isEqual(JSON.parse('{"toString": 1}'), { b: 1 })).toBe(false);
  expect(isEqual({ a: undefined }, { b: undefined })).toBe(false);
});
