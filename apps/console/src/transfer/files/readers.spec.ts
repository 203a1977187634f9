import { expect, it } from 'vitest';

import type { ItemReader } from './item.js';
import { JsonReader } from './json-reader.js';
import { LineReader } from './line-reader.js';
import { RowReader, separatorOf } from './row-reader.js';

/** Reads a text whole and character by character, which must give the same. */
function read(create: () => ItemReader, text: string) {
  const whole = create();
  const items = [...whole.push(text), ...whole.end()];
  const slow = create();
  expect([...[...text].flatMap((part) => slow.push(part)), ...slow.end()]).toEqual(items);
  return items;
}

it('reads lines', () => {
  expect(read(() => new LineReader(), '{"a":1}\r\n\n{"a":2}')).toEqual([
    { line: 1, text: '{"a":1}' },
    { line: 3, text: '{"a":2}' },
  ]);
});

it('reads the elements of an array as they are written', () => {
  const text = '\uFEFF[\n  {"n": 9007199254740993, "s": "]}\\"{"},\n {"b": [1, {}]} , 7,"x"\n]\n';
  expect(read(() => new JsonReader(), text)).toEqual([
    { line: 2, text: '{"n": 9007199254740993, "s": "]}\\"{"}' },
    { line: 3, text: '{"b": [1, {}]}' },
    { line: 3, text: '7' },
    { line: 3, text: '"x"' },
  ]);
});

it('reads values one after another', () => {
  expect(read(() => new JsonReader(), '{\n"a": 1}\n{"b": 2}').map(({ line }) => line)).toEqual([1, 3]);
  expect(read(() => new JsonReader(), '[{"a": 1').at(0)?.problem).toBe('The file ends in the middle of it.');
  expect(read(() => new JsonReader(), '[]')).toEqual([]);
});

it('reads rows with quotes, line breaks and empty cells', () => {
  expect(
    read(() => new RowReader(','), 'a,b\r\n"x ""y""\n z",\r\n\r\n"",1').map(({ line, cells }) => [line, cells]),
  ).toEqual([
    [1, ['a', 'b']],
    [2, ['x "y"\n z', null]],
    [5, ['', '1']],
  ]);
  expect(read(() => new RowReader(','), '"a"b,c')[0]?.problem).toBe('There is text after a closing quote.');
  expect(read(() => new RowReader(','), '"a,c')[0]?.problem).toBe('A quote is not closed.');
});

it('reads a first line that names the separator', () => {
  const text = 'sep=|\r\na,b|c\r\n1|2';
  expect(separatorOf(text)).toBe('|');
  expect(read(() => new RowReader('|'), text).map(({ line, cells }) => [line, cells])).toEqual([
    [2, ['a,b', 'c']],
    [3, ['1', '2']],
  ]);
});

it('finds the separator', () => {
  expect(['a,b;c,d', 'a;b', '"a,b,c";d', 'a\tb', 'a|b|c', 'a'].map(separatorOf)).toEqual([
    ',',
    ';',
    ';',
    '\t',
    '|',
    ',',
  ]);
});
