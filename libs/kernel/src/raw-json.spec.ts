import fc from 'fast-check';
import { expect, it } from 'vitest';

import { RawJson, printJson } from './raw-json.js';

it('prints what JSON.stringify prints', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      expect(JSON.parse(printJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

it('leaves out what JSON has no word for, and lets things speak for themselves, as JSON.stringify does', () => {
  const value = { none: undefined, when: new Date(0), list: [undefined, 1], 'a"b': Number.NaN };
  expect(printJson(value)).toBe(JSON.stringify(value));
});

it('passes a text on as it is, at any depth', () => {
  const text = new RawJson('{ "a":  1.0 }');
  expect(printJson({ items: [{ data: text }] })).toBe('{"items":[{"data":{ "a":  1.0 }}]}');
  expect(JSON.stringify({ data: text })).toBe('{"data":{"a":1}}');
});

it('reads a text when asked, and keeps what it was made of', () => {
  const value = { a: [1] };
  expect(RawJson.of(value).value).toBe(value);
  expect(RawJson.of(value).text).toBe('{"a":[1]}');
  expect(new RawJson('{"a":[1]}').value).toEqual(value);
});
