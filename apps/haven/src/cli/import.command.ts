import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';

import { SingleBar } from 'cli-progress';
import { Command, Option } from 'commander';

import { StartError } from '../start-error.js';
import { Client, withUrl } from './client.js';
import { csvLines } from './csv-lines.js';
import { jsonArrayLines } from './json-array-lines.js';

interface Options {
  url: string;
  format?: Format;
  atomic?: boolean;
  records?: boolean;
  text?: boolean;
}

type Format = 'json' | 'ndjson' | 'csv';

interface Report {
  imported: number;
  failed: number;
  errors: { line: number; code: string; detail: string; pointer: string }[];
}

const FORMATS: Record<string, Format> = { json: 'json', ndjson: 'ndjson', jsonl: 'ndjson', csv: 'csv' };

/** `haven import <collection> <file>`: a JSON array, NDJSON or CSV into a collection, which it makes if there is none. */
export function importCommand(): Command {
  return withUrl(new Command('import'))
    .description('Write a file of records into a collection, which is made if there is none.')
    .argument('<collection>')
    .argument('<file>', 'JSON array, NDJSON or CSV; - reads standard input')
    .addOption(new Option('--format <format>', 'what the file is; by default, what its name says').choices(['json', 'ndjson', 'csv']))
    .option('--atomic', 'all or nothing')
    .option('--records', 'lines are {"id", "data"}, as haven export writes them')
    .option('--text', 'CSV: keep every cell as text')
    .addHelpText('after', '\nExample: haven import movies movies.json')
    .action(importFile);
}

async function importFile(collection: string, file: string, options: Options): Promise<void> {
  const client = new Client(options.url);
  const format = options.format ?? formatOf(file);
  const { source, finish } = await open(file);
  const name = encodeURIComponent(collection);
  await client.send('PUT', `/collections/${name}`, { body: '{}', headers: { 'if-none-match': '*' }, accept: [412] });
  const started = performance.now();
  const parameters = new URLSearchParams({ atomic: String(options.atomic ?? false), shape: options.records ? 'record' : 'document' });
  const response = await client.send('POST', `/collections/${name}/import?${parameters}`, {
    type: 'application/x-ndjson',
    body: lines(source, format, options.text ?? false),
  });
  finish();
  report(collection, (await response.json()) as Report, (performance.now() - started) / 1_000);
}

function formatOf(file: string): Format {
  const format = FORMATS[file.split('.').at(-1)?.toLowerCase() ?? ''];
  if (!format) throw new StartError(`Say with --format what ${file} is: json, ndjson or csv.`);
  return format;
}

function lines(source: Readable, format: Format, keepText: boolean): Readable {
  if (format === 'ndjson') return source;
  return Readable.from(format === 'json' ? jsonArrayLines(source) : csvLines(source, keepText), { objectMode: false });
}

async function open(file: string): Promise<{ source: Readable; finish: () => void }> {
  if (file === '-') return { source: process.stdin, finish: () => undefined };
  const { size } = await stat(file).catch(() => {
    throw new StartError(`There is no file ${file}.`);
  });
  if (!process.stderr.isTTY) return { source: createReadStream(file), finish: () => undefined };
  const bar = new SingleBar({ format: '{bar} {percentage}% | {eta_formatted} left', clearOnComplete: true });
  bar.start(size, 0);
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bar.increment(chunk.length);
      done(null, chunk);
    },
  });
  return { source: createReadStream(file).pipe(counter), finish: () => bar.stop() };
}

function report(collection: string, { imported, failed, errors }: Report, seconds: number): void {
  for (const { line, pointer, detail } of errors) process.stderr.write(`line ${line}: ${pointer === '' ? '' : `${pointer}: `}${detail}\n`);
  process.stdout.write(`${imported} records imported into ${collection} in ${seconds.toFixed(1)} s (${Math.round(imported / seconds)}/s)\n`);
  if (failed === 0) return;
  process.stderr.write(`${failed} lines were refused.\n`);
  process.exitCode = 1;
}
