import { expect, test } from 'vitest';

import { memberNames, withMember } from './member-names.js';

test('lists the members of the schema first', () => {
  expect(memberNames({ properties: { b: {}, a: {} } }, { c: 1, a: 2 })).toEqual(['b', 'a', 'c']);
});

test('sets, adds and removes members, and keeps their order', () => {
  const value = { a: 1, b: 2 };
  expect(Object.entries(withMember(value, 'a', 3))).toEqual(Object.entries({ a: 3, b: 2 }));
  expect(withMember(value, 'c', null)).toEqual({ a: 1, b: 2, c: null });
  expect(withMember(value, 'a', undefined)).toEqual({ b: 2 });
});

test('treats a member named __proto__ like others', () => {
  const value = withMember({}, '__proto__', { polluted: true });
  expect(Object.keys(value)).toEqual(['__proto__']);
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
});
