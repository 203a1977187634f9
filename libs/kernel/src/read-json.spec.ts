import fc from 'fast-check';
import { expect, it } from 'vitest';

import type { JsonObject } from './json-value.js';
import { parseJson } from './parse-json.js';
import { RawJson } from './raw-json.js';
import { readJson } from './read-json.js';

const NAMES = fc.string({ unit: fc.constantFrom('\\', '"', 'u', '0', '\n', 'é', '/'), maxLength: 4 });
const OBJECTS = fc.letrec<{ value: unknown; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, -1.5e-7, 12, '', 'a\\"b', ':', '\\'),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.dictionary(NAMES, tie('value'), { maxKeys: 4, noNullPrototype: true }) as fc.Arbitrary<JsonObject>,
})).object;

it('reads every name correctly, whichever names have been read before', () => {
  fc.assert(
    fc.property(OBJECTS, fc.constantFrom(undefined, 1), (object, indent) => {
      const text = JSON.stringify(object, null, indent);
      expect(JSON.stringify(readJson(text))).toBe(JSON.stringify(object));
      expect(JSON.stringify(new RawJson(text).value)).toBe(JSON.stringify(object));
      expect(JSON.stringify(parseJson(text, { depth: 20, keys: 1_000 }))).toBe(JSON.stringify(object));
    }),
    { numRuns: 200 },
  );
});

it('does not confuse a name with one that begins with the same characters', () => {
  JSON.parse(String.raw`{"k":1,"\\":2}`);
  JSON.parse(String.raw`{"k":1,"\\u0022":2}`);
  expect(readJson(String.raw`{"k":1,"\"":1}`)).toEqual({ k: 1, '"': 1 });
  expect(readJson(String.raw`[{"k":1,"\u0022": {"a":"\\"}}]`)).toEqual([{ k: 1, '"': { a: '\\' } }]);
});
