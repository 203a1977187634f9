import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { csvLines, csvText, inspectCsv, parseTypes, writeCsv } from './index.js';
import type { CsvOptions, CsvPlan } from './index.js';

const DEFAULTS: CsvOptions = { shape: 'document', maxRowLength: 100_000, maxColumns: 1_000 };

describe('the type of a column', () => {
  it.each([
    ['numbers', '0\n-7\n1.50\n1e-7\n9007199254740991', '[0,-7,1.50,1e-7,9007199254740991]'],
    ['text if one cell is no number', '1\n2\nx', '["1","2","x"]'],
    ['text if the last of many cells is no number', `${'1\n'.repeat(5_000)}x`, JSON.stringify([...ones(5_000), 'x'])],
    ['text for leading zeros', '01\n2', '["01","2"]'],
    ['text for a number that is not exact', '1\n9007199254740993', '["1","9007199254740993"]'],
    ['text for article numbers', '12E5\n3', '["12E5","3"]'],
    ['text for signs, spaces and special values', '+1\n 2\nNaN', '["+1"," 2","NaN"]'],
    ['booleans', 'true\nFALSE', '[true,false]'],
    ['text if numbers and booleans are mixed', 'true\n1', '["true","1"]'],
    ['numbers in quotes', '"1"\n"2"', '[1,2]'],
    ['text if one cell is an empty string', '1\n""', '["1",""]'],
  ])('is %s', async (_, cells, expected) => {
    expect(valuesOf(await read(`a\n${cells}\n`))).toBe(expected);
  });

  it('ignores empty cells, which are missing members', async () => {
    expect(await read('a,b\n1,\n,x\n"",y\n')).toEqual(['{"a":"1"}', '{"b":"x"}', '{"a":"","b":"y"}']);
    expect(await read('a,b\n1,\n,x\n')).toEqual(['{"a":1}', '{"b":"x"}']);
  });

  it.each([
    ['null', ['{"a":1,"b":null}', '{"a":null,"b":""}']],
    ['text', ['{"a":1,"b":""}', '{"b":""}']],
  ] as const)('can be read with empty cells as %s', async (empty, expected) => {
    expect(await read('a,b\n1,\n,""\n', { empty })).toEqual(expected);
  });

  it('can be declared, for one column or for all others', async () => {
    const csv = 'zip,n,j\n1,2,"{""x"":\n[1]}"\n';
    expect(await read(csv, { types: parseTypes('zip:text,j:json') })).toEqual(['{"zip":"1","n":2,"j":{"x": [1]}}']);
    expect(await read('a,b\n1,2\n', { types: parseTypes('{"*":"text","b":"number"}') })).toEqual(['{"a":"1","b":2}']);
    expect(await read('n\n""\n12E5\n', { types: parseTypes('n:number') })).toEqual(['{}', '{"n":12E5}']);
  });

  it.each([
    ['n:number', 'n\n1\nx\n', 'Line 3: "x" in the column "n" is not a number with a decimal point.'],
    [
      'n:number',
      'n\n9007199254740993\n',
      /Line 2: .* cannot be stored exactly as a number; declare the column as text/,
    ],
    ['n:boolean', 'n\n1\n', 'Line 2: "1" in the column "n" is neither true nor false.'],
    ['n:json', 'n\n{\n', 'Line 2: "{" in the column "n" is not valid JSON, or cannot be stored exactly.'],
    ['m:text', 'n\n1\n', 'types: There is no column "m"; the columns are "n".'],
  ])('is checked against the declaration %s', async (types, csv, message) => {
    await expect(read(csv, { types: parseTypes(types) })).rejects.toThrow(message);
  });

  it.each(['n', 'n:integer', '{"n":1}', '{', ':text'])('cannot be declared as %j', (text) => {
    expect(() => parseTypes(text)).toThrow(/^types: /);
  });
});

describe('the delimiter', () => {
  it.each([',', ';', '\t', '|'])('is found: %j', async (delimiter) => {
    const csv = [
      ['a', 'b, c', 'd'],
      [1, 'x;y', 'z'],
      [2, 'p|q', 'r\ts'],
    ].map((row) => row.map((cell) => `"${cell}"`).join(delimiter));
    expect(await read(csv.join('\n'))).toEqual(['{"a":1,"b, c":"x;y","d":"z"}', '{"a":2,"b, c":"p|q","d":"r\\ts"}']);
  });

  it('is found by the rows if the header contains several', async () => {
    expect(await read('Preis, netto;Menge\n3,50;1\n4,00;2\n')).toEqual([
      '{"Preis, netto":3.50,"Menge":1}',
      '{"Preis, netto":4.00,"Menge":2}',
    ]);
  });

  it('is taken from the line that Excel writes, and lines are counted from there', async () => {
    expect(await read('sep=|\r\na|b\r\n1|x,y,z\r\n')).toEqual(['{"a":1,"b":"x,y,z"}']);
    await expect(read('sep=|\r\na|b\r\n1\r\n')).rejects.toThrow(/^Line 3: /);
  });

  it('can be given', async () => {
    expect(await read('a;b,c\n1;2,3\n', { delimiter: ';' })).toEqual(['{"a":1,"b,c":2.3}']);
  });
});

describe('the decimal sign', () => {
  it('is a comma in a CSV with semicolons, if numbers are written so', async () => {
    expect(await read('n;v;zip\n3,14;1.2;01\n-1;1.3;02\n')).toEqual([
      '{"n":3.14,"v":"1.2","zip":"01"}',
      '{"n":-1,"v":"1.3","zip":"02"}',
    ]);
    expect(await read('n;m\n3.14;1\n')).toEqual(['{"n":3.14,"m":1}']);
  });

  it('is not guessed with other delimiters, where a comma may separate thousands', async () => {
    expect(await read('n|m\n1,234|x\n')).toEqual(['{"n":"1,234","m":"x"}']);
    expect(await read('n|m\n1,234|x\n', { decimal: ',' })).toEqual(['{"n":1.234,"m":"x"}']);
  });

  it('can be given for a CSV with semicolons', async () => {
    expect(await read('n;m\n1,5;2.5\n', { decimal: '.' })).toEqual(['{"n":"1,5","m":2.5}']);
    expect(await read('n;m\n1.234,5;2\n', { decimal: ',' })).toEqual(['{"n":"1.234,5","m":2}']);
  });
});

describe('a malformed CSV', () => {
  it('is refused with all its faults', async () => {
    const error = await inspect('a,,a\n1,2,3\n1,2\n\n"x\ny",2,3,4\n').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'MALFORMED_CSV',
      detail: 'Line 1: Column 2 has no name in the header. There are 3 more errors.',
    });
    expect((error as { extras: { errors: { detail: string }[] } }).extras.errors.map(({ detail }) => detail)).toEqual([
      'Line 1: Column 2 has no name in the header.',
      'Line 1: Two columns are named "a".',
      'Line 3: The row has 2 cells, but the header has 3.',
      'Line 6: The row has 4 cells, but the header has 3.',
    ]);
  });

  it.each([
    ['is empty', '', 'Line 1: The CSV is empty; the first line must be a header.'],
    ['ends within quotes', 'a\n"x\ny', /^Line \d: A quote \("\) is not closed before the end of the file\.$/],
    ['ends with a quote that opens', 'a\n1\n"', /^Line \d: A quote \("\) is not closed/],
    [
      'has a quote in a cell',
      'a,b\n1,2\n5" disk,1\n',
      /^Line 3: A cell contains a quote \("\) but does not begin with one/,
    ],
    ['has text after quotes', 'a\n"x"y\n', /^Line 2: A quote \("\) within a cell in quotes must be doubled/],
    ['has U+0000', 'a\n1\nx\0\n', 'Line 3 contains the character U+0000.'],
    ['is not UTF-8', Buffer.from('a\n\xe9\n', 'latin1'), /^The CSV is not UTF-8, from about line 1 on/],
    ['has too many columns', 'a,'.repeat(1_000), 'The CSV has 1001 columns; the maximum is 1000 (limits.jsonKeys).'],
    [
      'has a row that is too long',
      `a\n${'x'.repeat(200_000)}\n`,
      /^Line 2: The row is longer than 100000 characters \(limits\.importLineBytes\)\./,
    ],
  ])('that %s is refused, whether it arrives in parts or at once', async (_, csv, message) => {
    await expect(inspect(csv)).rejects.toThrow(message);
    await expect(inspectCsv(csvText(partsOf(Buffer.from(csv), Infinity)), DEFAULTS)).rejects.toThrow(message);
  });
});

describe('lines', () => {
  it('have the number of the line on which the row ends', async () => {
    const lines = await linesOf('a,b\r\n1,"x\r\ny"\r\n\r\n2,z\n3,w');
    expect(lines).toEqual([
      { number: 3, json: '{"a":1,"b":"x\\r\\ny"}' },
      { number: 5, json: '{"a":2,"b":"z"}' },
      { number: 6, json: '{"a":3,"b":"w"}' },
    ]);
  });

  it('start after a byte order mark, and keep __proto__, which the server rejects', async () => {
    expect(await read('\uFEFFa,__proto__\n1,2\n')).toEqual(['{"a":1,"__proto__":2}']);
  });

  it('are records with an id and a document', async () => {
    const csv = 'id,version,data.n,data.id\nx,1,2,y\n,,3,\n';
    expect(await read(csv, { shape: 'record' })).toEqual(['{"id":"x","data":{"n":2,"id":"y"}}', '{"data":{"n":3}}']);
    await expect(read('id,n\n1,2\n', { shape: 'record' })).rejects.toThrow('Line 1: The column "n" is unknown');
  });

  it('have the values that were written, however the file is divided', async () => {
    const cell = fc.oneof(
      fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => Math.abs(number) < 2 ** 53),
      fc.boolean(),
      fc.constantFrom(undefined, '', '"', ',', ';', '\r', '\n', '\r\n', ' ', 'true', '1,5', 'é😀'),
    );
    const format = fc.record({
      delimiter: fc.constantFrom(',', ';', '\t', '|'),
      decimal: fc.constantFrom('.', ','),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 6 }), format, async (rows, how) => {
        const csv = writeCsv([['x', 'y', '_'], ...rows.map(([x, y]) => [x, y, 0])], how as never);
        const lines = (await read(csv, how as never)).map((json) => JSON.parse(json) as Record<string, unknown>);
        for (const [at, name] of [
          [0, 'x'],
          [1, 'y'],
        ] as const) {
          const written = rows.map((row) => row[at]);
          const isText = written.some((value) => typeof value === 'string');
          const back = lines.map((line) => line[name]);
          expect(back.map((value) => (value === undefined ? null : plain(value, how.decimal)))).toEqual(
            written.map((value) => (value === undefined ? null : plain(value, how.decimal))),
          );
          if (!isText && written.every((value) => typeof value === 'number'))
            expect(back).toEqual(written.map((n) => (n === 0 ? 0 : n)));
        }
      }),
      { numRuns: 200 },
    );
  });
});

/** The text of a value in a CSV, whatever the type of its column. */
function plain(value: unknown, decimal: string): string {
  return typeof value === 'number' ? String(value).replace('.', decimal) : String(value);
}

function ones(count: number): string[] {
  return Array.from({ length: count }, () => '1');
}

function valuesOf(lines: string[]): string {
  return `[${lines.map((line) => line.slice('{"a":'.length, -1)).join(',')}]`;
}

async function inspect(csv: string | Buffer, options: Partial<CsvOptions> = {}): Promise<CsvPlan> {
  return inspectCsv(csvText(partsOf(Buffer.from(csv))), { ...DEFAULTS, ...options });
}

async function linesOf(csv: string, options: Partial<CsvOptions> = {}): Promise<{ number: number; json: string }[]> {
  const plan = await inspect(csv, options);
  const lines = [];
  for await (const block of csvLines(csvText(partsOf(Buffer.from(csv))), plan)) lines.push(...block);
  return lines;
}

async function read(csv: string, options: Partial<CsvOptions> = {}): Promise<string[]> {
  return (await linesOf(csv, options)).map(({ json }) => json);
}

/** Yields `length` bytes at a time; seven split characters, quotes and rows. */
async function* partsOf(bytes: Buffer, length = 7): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}
