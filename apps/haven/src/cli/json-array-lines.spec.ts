import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { jsonArrayLines } from './json-array-lines.js';

describe('jsonArrayLines', () => {
  it('writes each element on its own line, for any layout and any split into chunks', async () => {
    const layout = fc.constantFrom(undefined, 2, '\t', '   ');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue()),
        layout,
        fc.constantFrom('\n', '\r\n'),
        fc.array(fc.nat()),
        async (values, indent, end, cuts) => {
          const text = JSON.stringify(values, null, indent).replaceAll('\n', end);
          const lines = await split(text, cuts);
          expect(lines).toHaveLength(values.length);
          expect(lines.map((line) => JSON.stringify(JSON.parse(line)))).toEqual(
            values.map((value) => JSON.stringify(value)),
          );
        },
      ),
    );
  });

  it('never changes a value', async () => {
    const elements = ['{"n":9007199254740993,"n":1.0}', '"\\u0041\\"],[\\\\"', '-0', '1e400', '"é😀"'];
    expect(await split(`[${elements.join(',')}]`, [3, 20, 40, 41, 42])).toEqual(elements);
  });

  it('does not validate the elements', async () => {
    expect(await split('[{"a":1} {"b":2}, tru]')).toEqual(['{"a":1} {"b":2}', 'tru']);
  });

  it.each(['[]', ' [ ]\n', '\r\n[\n]'])('returns no lines for the empty array %j', async (text) => {
    expect(await split(text)).toEqual([]);
  });

  it.each([
    ['', 'Line 1 of the JSON: the input is empty; a JSON array is expected.'],
    ['{"a":1}\n{"a":2}', 'Line 1 of the JSON: not a JSON array; for one object per line use --format ndjson.'],
    ['[1,\n2', 'Line 2 of the JSON: the array ends too early.'],
    ['["a', 'Line 1 of the JSON: the array ends too early.'],
    ['[1]\n\n[2]', 'Line 3 of the JSON: there is text after the end of the array.'],
    ['[1,,2]', 'Line 1 of the JSON: an element is missing before a comma.'],
    ['[,1]', 'Line 1 of the JSON: an element is missing before a comma.'],
    ['[1,\n]', 'Line 2 of the JSON: an element is missing after the last comma.'],
    ['[1}', 'Line 1 of the JSON: a } has no matching {.'],
    ['[\n"a\nb"]', 'Line 2 of the JSON: a string contains a line break; in JSON it must be written as \\n.'],
  ])('rejects %j', async (text, message) => {
    await expect(split(text)).rejects.toThrow(message);
  });
});

async function split(text: string, cuts: number[] = []): Promise<string[]> {
  const parts: Uint8Array[] = [];
  for await (const part of jsonArrayLines(cut(Buffer.from(text), cuts))) parts.push(part);
  const lines = Buffer.concat(parts).toString();
  expect(lines === '' || lines.endsWith('\n')).toBe(true);
  return lines.split('\n').slice(0, -1);
}

/** Splits the bytes into chunks, possibly within a character. */
async function* cut(bytes: Buffer, cuts: number[]): AsyncGenerator<Uint8Array> {
  const places = cuts.map((place) => place % (bytes.length + 1)).sort((one, other) => one - other);
  for (const [index, place] of [0, ...places].entries()) yield bytes.subarray(place, places[index] ?? bytes.length);
}
