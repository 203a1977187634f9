import { describe, expect, it } from 'vitest';

import { cellText, csvLines } from './csv-lines.js';
import type { CellReading } from './csv-lines.js';

describe('cellText', () => {
  it.each(['0', '7', '-7', '1.5', '-0.25', '1e-7', '9007199254740991', 'true', 'false'])(
    'reads %s as it stands',
    (cell) => {
      expect(cellText(cell, 'typed')).toBe(cell);
      expect(cellText(cell, 'text')).toBe(`"${cell}"`);
    },
  );

  it.each([
    '007',
    '1.0',
    '+1',
    '-0',
    '1e3',
    '.5',
    ' 1',
    '0x10',
    'NaN',
    'Infinity',
    '1e+400',
    '9007199254740992',
    '9007199254740993',
    'True',
    'null',
  ])('keeps %s as text, which it would not come back from', (cell) => {
    expect(cellText(cell, 'typed')).toBe(JSON.stringify(cell));
  });
});

describe('csvLines', () => {
  it('names the members by the first row and leaves empty cells out', async () => {
    expect(await linesOf('Title,Year,Seen\nAlien,1979,true\n"He said ""hi"", twice",,\n')).toEqual([
      '',
      '{"Title":"Alien","Year":1979,"Seen":true}',
      '{"Title":"He said \\"hi\\", twice"}',
    ]);
  });

  it('puts each row on the line on which it ends in the file', async () => {
    expect(await linesOf('a,b\r\n1,"x\r\ny"\r\n\r\n2,z')).toEqual([
      '',
      '',
      '{"a":1,"b":"x\\r\\ny"}',
      '',
      '{"a":2,"b":"z"}',
    ]);
  });

  it('leaves a byte order mark out and keeps __proto__ for the server to refuse', async () => {
    expect(await linesOf('\uFEFFa,__proto__\n1,2\n')).toEqual(['', '{"a":1,"__proto__":2}']);
  });

  it('keeps every cell as text when asked', async () => {
    expect(await linesOf('a,b\n1,true\n', 'text')).toEqual(['', '{"a":"1","b":"true"}']);
  });

  it('gives nothing for a header alone', async () => {
    expect(await linesOf('a,b\n')).toEqual([]);
  });

  it.each([
    ['a,,c\n', 'Column 2 has no name in the first row of the CSV.'],
    ['a,b,a\n', 'Two columns of the CSV are named "a".'],
    ['a,b\n1,2,3\n', /^The CSV can not be read: .*line 2/],
    ['a\n"open\n', /^The CSV can not be read: /],
  ])('refuses %j', async (text, message) => {
    await expect(linesOf(text)).rejects.toThrow(message);
  });

  it('refuses bytes that are no UTF-8 instead of replacing them', async () => {
    await expect(linesOf(Buffer.from([0x61, 0x0a, 0xe9, 0x0a]))).rejects.toThrow(
      'The CSV is not UTF-8; convert it first.',
    );
  });
});

async function linesOf(text: string | Buffer, reading: CellReading = 'typed'): Promise<string[]> {
  let lines = '';
  for await (const block of csvLines(bytesOf(Buffer.from(text)), reading)) lines += block;
  return lines.split('\n').slice(0, -1);
}

/** One byte at a time, so that characters and rows come in pieces. */
async function* bytesOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (const byte of bytes) yield Uint8Array.of(byte);
}
