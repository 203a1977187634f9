import { describe, expect, it } from 'vitest';

import { parsePath, printPath, valueAt, withValue } from './path.js';

describe('paths', () => {
  it.each([
    [['year'], 'year'],
    [['address', 'city'], 'address.city'],
    [['a.b'], String.raw`a\.b`],
    [[String.raw`a\b`], String.raw`a\\b`],
    [['Gross, worldwide'], String.raw`Gross\, worldwide`],
    [['-x'], String.raw`\-x`],
    [['_eq'], String.raw`\_eq`],
    [['$id'], String.raw`\$id`],
    [['["a"'], String.raw`\["a"`],
  ])('prints %j and reads it again', (names, path) => {
    expect(printPath(names)).toBe(path);
    expect(parsePath(path)).toEqual(names);
  });
});

describe('values at paths', () => {
  it('finds own members only', () => {
    expect(valueAt({ a: { b: 1 } }, ['a', 'b'])).toBe(1);
    expect(valueAt({ a: 1 }, ['a', 'b'])).toBeUndefined();
    expect(valueAt({}, ['constructor'])).toBeUndefined();
    expect(valueAt({ a: [1] }, ['a', '0'])).toBeUndefined();
  });

  it('sets a value in a copy, in the place of the old one', () => {
    const data = { a: 1, b: { c: 2, d: 3 }, e: 4 };
    const changed = withValue(data, ['b', 'c'], 9);
    expect(changed).toEqual({ a: 1, b: { c: 9, d: 3 }, e: 4 });
    expect(Object.keys(changed)).toEqual(['a', 'b', 'e']);
    expect(data.b.c).toBe(2);
  });

  it('creates the objects on the way to a value', () => {
    expect(withValue({}, ['a', 'b'], null)).toEqual({ a: { b: null } });
    expect(withValue({ a: 1 }, ['a', 'b'], 2)).toEqual({ a: { b: 2 } });
  });

  it('removes a member, but not the object in which it was', () => {
    expect(withValue({ a: { b: 1 } }, ['a', 'b'], undefined)).toEqual({ a: {} });
    expect(withValue({ a: 1 }, ['b', 'c'], undefined)).toEqual({ a: 1 });
  });

  it('sets a member with the name of a prototype', () => {
    const changed = withValue({}, ['__proto__'], 1);
    expect(Object.keys(changed)).toEqual(['__proto__']);
    expect(JSON.stringify(changed)).toBe('{"__proto__":1}');
  });
});
