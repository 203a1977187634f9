import fc from 'fast-check';
import { expect, it } from 'vitest';

import { indentedJson } from './indented-json.js';

it('indents any document as JSON.stringify does', () => {
  fc.assert(
    fc.property(fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())), (value) => {
      expect(indentedJson(JSON.stringify(value))).toBe(`${JSON.stringify(value, null, 2)}\n`);
    }),
  );
});

it.each([
  ['{"n":1.0,"big":9007199254740993,"e":1E2}', '{\n  "n": 1.0,\n  "big": 9007199254740993,\n  "e": 1E2\n}\n'],
  ['HTTP/1.1 200 OK\r\netag: "1"\r\n\r\n{"a":[]}', 'HTTP/1.1 200 OK\netag: "1"\n\n{\n  "a": []\n}\n'],
  ['{"a":1}\n{"b":2}\n', '{\n  "a": 1\n}\n{\n  "b": 2\n}\n'],
  ['{\n"a":1}', '{\n  "a": 1\n}\n'],
  ['not JSON {', 'not JSON {\n'],
  ['{"cut":', '{"cut":\n'],
  ['', ''],
])('shows %j', (text, shown) => {
  expect(indentedJson(text)).toBe(shown);
});
