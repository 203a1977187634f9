import { expect, test } from 'vitest';

import { membersText, newDeclaration, propertiesText } from './index-declaration.js';

const plain = { unique: false, caseless: false, type: null };

test('writes the members with their order', () => {
  const members = [
    { path: ' year ', isDescending: true },
    { path: 'title', isDescending: false },
  ];
  const index = newDeclaration(members, { ...plain, unique: true });
  expect(index).toEqual({ ...plain, unique: true, paths: ['-year', 'title'] });
  expect(index && membersText(index)).toBe('year (descending), title');
  expect(index && propertiesText(index)).toBe('unique');
});

test('an index without members, or with one of them twice, is not complete', () => {
  const member = { path: 'a', isDescending: false };
  expect(newDeclaration([{ ...member, path: ' ' }], plain)).toBeNull();
  expect(newDeclaration([member, { ...member, isDescending: true }], plain)).toBeNull();
});

test('shows members that differ from their index', () => {
  const index = { ...plain, paths: ['a', { path: '-b', type: 'dateTime' as const }, { path: 'c', caseless: true }] };
  expect(membersText(index)).toBe('a, b (descending), c');
  expect(propertiesText(index)).toBe('-b ordered by time, c ignores case');
});
