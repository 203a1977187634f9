import { describe, expect, it } from 'vitest';

import { formatOf, ndjsonOf, openImport } from './import-source.js';

describe('the source of an import', () => {
  it.each([
    ['a.json', 'json'],
    ['A.NDJSON', 'ndjson'],
    ['a.jsonl', 'ndjson'],
    ['dir.json/a.csv', 'csv'],
    ['a.CSV.gz', 'csv'],
    ['a.tsv', 'csv'],
    ['-', 'ndjson'],
  ])('reads %s as %s', (file, format) => {
    expect(formatOf(file, undefined)).toBe(format);
  });

  it('prefers a named format to the file name', () => {
    expect(formatOf('a.json', 'ndjson')).toBe('ndjson');
    expect(() => formatOf('a.txt', undefined)).toThrow(
      'The format of "a.txt" cannot be derived from its name; add --format with one of json, ndjson, csv.',
    );
  });

  it('passes NDJSON through without a byte order mark', async () => {
    const parts: Uint8Array[] = [];
    for await (const part of ndjsonOf(bytesOf('\uFEFF{"a":1.0}\r\n\n{}'), 'ndjson')) parts.push(Buffer.from(part));
    expect(Buffer.concat(parts).toString()).toBe('{"a":1.0}\r\n\n{}');
  });

  it('rejects a missing file and a directory', async () => {
    await expect(openImport(`${import.meta.dirname}/missing.json`)).rejects.toThrow(/cannot be read \(ENOENT\)/);
    await expect(openImport(import.meta.dirname)).rejects.toThrow(/is a directory; name a file/);
  });
});

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  for (const byte of Buffer.from(text)) yield Uint8Array.of(byte);
}
