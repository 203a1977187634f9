import { gzipSync } from 'node:zlib';

const NOTE = `He said "${'long '.repeat(1_000)}"\nand left.`;

/** Rows of CSV. In the last but one, a cell does not have the type of its column; the last one violates the schema. */
export const ROWS = [
  'Name,code,price,sold,inStock,big,count,Notes,internal',
  `Käse,007,3.50,2026-01-31,TRUE,9007199254740993,12,"${NOTE.replaceAll('"', '""')}",x`,
  'Brot,01067,4,2026-02-01,false,12345678901234567890,7,,y',
  'Milch,1,many,2026-02-02,true,1,1,,z',
  'X,2,5,2026-02-03,true,2,2,,z',
] as const;

const CHEESE = { name: 'Käse', code: '007', price: 3.5, sold: '2026-01-31', inStock: true, big: '9007199254740993' };
const BREAD = { name: 'Brot', code: '01067', price: 4, sold: '2026-02-01', inStock: false };

/** The documents of the other rows, with `count` as text, `Notes` as `details.note`, and without `internal`. */
export const GOODS = [
  { ...CHEESE, count: '12', details: { note: NOTE } },
  { ...BREAD, big: '12345678901234567890', count: '7' },
];

export const GOODS_SCHEMA = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', minLength: 2 },
    code: { type: 'string' },
    price: { type: 'number' },
    sold: { type: 'string', format: 'date' },
    inStock: { type: 'boolean' },
  },
};

/** Returns NDJSON. */
export function linesOf(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

/** A file, the lines of it that are refused with the reason, and the documents that are stored. */
interface TransferFile {
  name: string;
  content: string | Buffer;
  refused?: { lines: string; reason: string };
  /** The member `source` of the documents. */
  source: string;
  stored: readonly object[];
}

/** Documents with values that are easily cut, rounded or converted. */
const notes = (source: string) => [
  {
    ...{ source, text: `${'x'.repeat(150_000)}😀"\\\u2028`, digits: '00420', date: '2026-02-28T23:59:59.123456Z' },
    ...{ big: 9_007_199_254_740_991, tiny: 1e-7, negative: -0.5, nothing: null, list: [1, '1', { a: [] }], empty: '' },
  },
  { source, 'a.b': 'dot', nested: { code: '007' } },
];
const TOO_LONG = linesOf([{ source: 'ndjson', text: 'y'.repeat(300_000) }]);
const INEXACT = '{"source": "json", "n": 9007199254740993}';

/** A file of each kind, for a server with `limits.importLineBytes=256KiB`. */
export const FILES: readonly TransferFile[] = [
  {
    name: 'names.tsv',
    content: 'Name, given, in Latin, or not\tsource\tcode\tnumber\nZoë, Z.\ttsv\t007\t1.5\n"tab\there"\ttsv\t\t-2e-7\n',
    source: 'tsv',
    stored: [
      { 'Name, given, in Latin, or not': 'Zoë, Z.', source: 'tsv', code: '007', number: 1.5 },
      { 'Name, given, in Latin, or not': 'tab\there', source: 'tsv', number: -2e-7 },
    ],
  },
  {
    name: 'notes.jsonl',
    content: TOO_LONG + linesOf(notes('ndjson')),
    refused: { lines: TOO_LONG, reason: 'The line is longer than 262144 bytes (limits.importLineBytes).' },
    source: 'ndjson',
    stored: notes('ndjson'),
  },
  {
    name: 'notes.json',
    content: JSON.stringify(notes('json'), null, 2).replace(/\]$/, `, ${INEXACT}]`),
    refused: { lines: `[\n${INEXACT}\n]\n`, reason: 'JSON_NOT_EXACT' },
    source: 'json',
    stored: notes('json'),
  },
  {
    name: 'NOTES.CSV.GZ',
    content: gzipSync('source,code,json\ngz,007,"{""n"":9007199254740993}"\ngz,010,"[1]"\n'),
    refused: {
      lines: 'source,code,json\ngz,007,"{""n"":9007199254740993}"\n',
      reason: 'json: this is not JSON that can be stored exactly: {"n":9007199254740993}',
    },
    source: 'gz',
    stored: [{ source: 'gz', code: '010', json: [1] }],
  },
];
