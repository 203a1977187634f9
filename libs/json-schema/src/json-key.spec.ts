import { isDeepStrictEqual } from 'node:util';

import fc from 'fast-check';
import { expect, it } from 'vitest';

import type { JsonValue } from '@haven/kernel';

import { jsonKey } from './json-key.js';

// fast-check's type for JSON also allows `undefined` members, which it never generates.
const json = fc.jsonValue({ noUnicodeString: false }) as fc.Arbitrary<JsonValue>;

it('is equal exactly for equal values', () => {
  const read = (value: JsonValue): unknown => JSON.parse(JSON.stringify(value));
  fc.assert(
    fc.property(json, json, (a, b) => {
      expect(jsonKey(a) === jsonKey(b)).toBe(isDeepStrictEqual(read(a), read(b)));
      expect(JSON.parse(jsonKey(a))).toEqual(read(a));
    }),
  );
});

it('ignores the order of members, but not of elements', () => {
  expect(jsonKey({ a: 1, b: [{ d: 1, c: 2 }] })).toBe(jsonKey({ b: [{ c: 2, d: 1.0 }], a: 1 }));
  expect(jsonKey([1, 2])).not.toBe(jsonKey([2, 1]));
});
