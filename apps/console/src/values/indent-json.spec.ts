import { expect, test } from 'vitest';

import { indentJson } from './indent-json.js';

test('indents as browsers do', () => {
  const value = { a: [1, { b: '{"x": [], "\\"}' }, [], {}], c: null, 'd:e': [[true]], '[': '{' };
  expect(indentJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
  expect(indentJson(JSON.stringify(value, null, 7))).toBe(JSON.stringify(value, null, 2));
});

test('keeps the digits of numbers', () => {
  expect(indentJson('{"a":9223372036854775807,"b":1.50}')).toBe('{\n  "a": 9223372036854775807,\n  "b": 1.50\n}');
});
