import { isDeepStrictEqual } from 'node:util';

import fc from 'fast-check';
import { expect, it } from 'vitest';

import type { JsonValue } from '@haven/kernel';

import { jsonKey } from './json-key.js';

// fast-check's type for JSON is wider by `undefined` members, which it does not make.
const json = fc.jsonValue({ noUnicodeString: false }) as fc.Arbitrary<JsonValue>;

it('is the same for equal values only', () => {
  const read = (value: JsonValue): unknown => JSON.parse(JSON.stringify(value));
  fc.assert(
    fc.property(json, json, (a, b) => {
      expect(jsonKey(a) === jsonKey(b)).toBe(isDeepStrictEqual(read(a), read(b)));
      expect(JSON.parse(jsonKey(a))).toEqual(read(a));
    }),
  );
});

it('does not know the order of members', () => {
  expect(jsonKey({ a: 1, b: [{ d: 1, c: 2 }] })).toBe(jsonKey({ b: [{ c: 2, d: 1.0 }], a: 1 }));
  expect(jsonKey([1, 2])).not.toBe(jsonKey([2, 1]));
});
