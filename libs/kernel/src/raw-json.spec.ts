import fc from 'fast-check';
import { expect, it } from 'vitest';

import { RawJson, printJson } from './raw-json.js';

it('prints the same JSON as JSON.stringify', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      expect(JSON.parse(printJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

it('omits undefined members and calls toJSON, as JSON.stringify does', () => {
  const value = { none: undefined, when: new Date(0), list: [undefined, 1], 'a"b': Number.NaN };
  expect(printJson(value)).toBe(JSON.stringify(value));
});

it('prints the text of RawJson unchanged, at any depth', () => {
  const text = new RawJson('{ "a":  1.0 }');
  expect(printJson({ items: [{ data: text }] })).toBe('{"items":[{"data":{ "a":  1.0 }}]}');
  expect(JSON.stringify({ data: text })).toBe('{"data":{"a":1}}');
});

it('parses a text on demand, and keeps the value that it was created from', () => {
  const value = { a: [1] };
  expect(RawJson.of(value).value).toBe(value);
  expect(RawJson.of(value).text).toBe('{"a":[1]}');
  expect(new RawJson('{"a":[1]}').value).toEqual(value);
});
