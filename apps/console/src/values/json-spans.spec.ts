import { expect, test } from 'vitest';

import { spanAt } from './json-spans.js';

const text = ' { "a" : [1, {"b/c": "x\\"]"}], "n": 9223372036854775807 , "a~": {}, "n": -1.50 } ';

function at(pointer: string): string | undefined {
  const span = spanAt(text, pointer);
  return span && text.slice(span.from, span.to);
}

test('finds values by their pointers, with their text as it is', () => {
  expect(at('')).toBe(text.trim());
  expect(at('/a')).toBe('[1, {"b/c": "x\\"]"}]');
  expect(at('/a/0')).toBe('1');
  expect(at('/a/1/b~1c')).toBe('"x\\"]"');
  expect(at('/a~0')).toBe('{}');
});

test('the last one of equal names counts, as for parsers', () => {
  expect(at('/n')).toBe('-1.50');
});

test('finds nothing where the text has nothing', () => {
  for (const pointer of ['/b', '/a/2', '/n/x', '/a/1/b']) expect(at(pointer)).toBeUndefined();
});
