import { describe, expect, it } from 'vitest';

import { cellText, csvLines } from './csv-lines.js';
import type { CellReading } from './csv-lines.js';

describe('cellText', () => {
  it.each(['0', '7', '-7', '1.5', '-0.25', '1e-7', '9007199254740991', 'true', 'false'])(
    'reads %s as a JSON number or boolean',
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
  ])('keeps %s as text, because a number would not convert back to it', (cell) => {
    expect(cellText(cell, 'typed')).toBe(JSON.stringify(cell));
  });
});

describe('csvLines', () => {
  it('takes the member names from the first row and omits empty cells', async () => {
    expect(await linesOf('Title,Year,Seen\nAlien,1979,true\n"He said ""hi"", twice",,\n')).toEqual([
      '',
      '{"Title":"Alien","Year":1979,"Seen":true}',
      '{"Title":"He said \\"hi\\", twice"}',
    ]);
  });

  it('writes each row on the line on which it ends in the file', async () => {
    expect(await linesOf('a,b\r\n1,"x\r\ny"\r\n\r\n2,z')).toEqual([
      '',
      '',
      '{"a":1,"b":"x\\r\\ny"}',
      '',
      '{"a":2,"b":"z"}',
    ]);
  });

  it('removes a byte order mark and keeps __proto__, which the server rejects', async () => {
    expect(await linesOf('\uFEFFa,__proto__\n1,2\n')).toEqual(['', '{"a":1,"__proto__":2}']);
  });

  it('keeps every cell as text when asked', async () => {
    expect(await linesOf('a,b\n1,true\n', 'text')).toEqual(['', '{"a":"1","b":"true"}']);
  });

  it('returns nothing for a header without rows', async () => {
    expect(await linesOf('a,b\n')).toEqual([]);
  });

  it.each([
    ['a,,c\n', 'Column 2 has no name in the first row of the CSV.'],
    ['a,b,a\n', 'Two columns of the CSV are named "a".'],
    ['a,b\n1,2,3\n', /^The CSV cannot be parsed: .*line 2/],
    ['a\n"open\n', /^The CSV cannot be parsed: /],
  ])('rejects %j', async (text, message) => {
    await expect(linesOf(text)).rejects.toThrow(message);
  });

  it('rejects bytes that are not UTF-8 instead of replacing them', async () => {
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

/** Yields one byte at a time, so that characters and rows are split. */
async function* bytesOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (const byte of bytes) yield Uint8Array.of(byte);
}
