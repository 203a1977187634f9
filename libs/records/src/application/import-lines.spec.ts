import { expect, it } from 'vitest';

import { readLines } from './import-lines.js';
import type { ImportLine } from './import-lines.js';

const EURO = Buffer.from('€');

/** Reads a body that arrives in parts of `size` bytes. */
async function read(body: Buffer, size: number, limit = 100): Promise<ImportLine[]> {
  async function* parts(): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < body.length; start += size) yield body.subarray(start, start + size);
  }
  const lines: ImportLine[] = [];
  for await (const block of readLines(parts(), limit)) lines.push(...block);
  return lines;
}

it.each([1, 2, 3, 7, 100])('splits a body that arrives in parts of %d bytes', async (size) => {
  const body = Buffer.concat([Buffer.from('{"a":1}\n\n \t\r\n"'), EURO, Buffer.from('"\n'), Buffer.from([0xff, 0x31])]);
  expect(await read(body, size)).toEqual([
    { number: 1, size: 7, text: '{"a":1}' },
    { number: 4, size: 5, text: '"€"' },
    { number: 5, size: 2, text: expect.any(Uint8Array) },
  ]);
});

it('does not decode a line that is not UTF-8, but those beside it', async () => {
  const body = Buffer.concat([Buffer.from('"'), EURO, Buffer.from('"\n'), EURO.subarray(1), Buffer.from('\n2')]);
  expect((await read(body, 100)).map(({ text }) => typeof text)).toEqual(['string', 'object', 'string']);
});

it.each([1, 100])('yields the lines before one that is too long, in parts of %d bytes', async (size) => {
  const lines: number[] = [];
  const reading = (async () => {
    const body = Buffer.from('1\n22\n4444\n5\n');
    async function* parts(): AsyncGenerator<Uint8Array> {
      for (let start = 0; start < body.length; start += size) yield body.subarray(start, start + size);
    }
    for await (const block of readLines(parts(), 3)) lines.push(...block.map(({ number }) => number));
  })();
  await expect(reading).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE', detail: expect.stringMatching(/^Line 3 /) });
  expect(lines).toEqual([1, 2]);
});
