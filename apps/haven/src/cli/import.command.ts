import { Command, Option } from 'commander';

import { CliError } from './cli-error.js';
import { connect, urlOption } from './connection-options.js';
import type { HavenClient } from './haven-client.js';
import { rejectionLines, summaryOf } from './import-report.js';
import type { ImportReport } from './import-report.js';
import { formatOf, formats, ndjsonOf, openImport } from './import-source.js';
import type { Format } from './import-source.js';
import { ProblemError } from './problem.js';
import { SingleBar } from 'cli-progress';

interface ImportFlags {
  url: string;
  format?: Format;
  text?: boolean;
  atomic?: boolean;
  records?: boolean;
}

const EXAMPLES = `
Examples:
  haven import movies movies.json
  haven import movies movies.csv --atomic
  haven export movies | HAVEN_URL=https://other.example haven import movies - --records
`;

/** `haven import <collection> <file>` */
export function importCommand(): Command {
  return new Command('import')
    .description('import a JSON array, NDJSON or CSV into a collection, which is created if it does not exist')
    .argument('<collection>')
    .argument('<file>', 'file to import, or - for standard input')
    .addOption(
      new Option('--format <format>', 'defaults to the file name extension, or to ndjson for -').choices(formats),
    )
    .option('--text', 'import every CSV cell as a string: no numbers, no true and false')
    .option(
      '--atomic',
      'all or nothing: the first invalid line rolls back the import; otherwise invalid lines are skipped',
    )
    .option('--records', 'lines are {id, data} as in an export, and replace the records with these ids')
    .addOption(urlOption())
    .addHelpText('after', EXAMPLES)
    .action(importFile);
}

async function importFile(collection: string, file: string, flags: ImportFlags): Promise<void> {
  const format = formatOf(file, flags.format);
  const client = connect(flags.url);
  const { bytes, size } = await openImport(file);
  const lines = ndjsonOf(withProgress(bytes, size), format, flags.text ? 'text' : 'typed');
  const startedAt = performance.now();
  await ensureCollection(client, collection);
  const report = await send(client, collection, lines, flags);
  process.stdout.write(`${summaryOf(report, collection, (performance.now() - startedAt) / 1000)}\n`);
  for (const line of rejectionLines(report, format === 'json' ? 'record' : 'line')) process.stderr.write(`${line}\n`);
  if (report.failed > 0) process.exitCode = 1;
}

async function ensureCollection(client: HavenClient, collection: string): Promise<void> {
  const headers = { 'content-type': 'application/json', 'if-none-match': '*' };
  try {
    const response = await client.send('PUT', pathOf(collection), { headers, body: ['{}'] });
    await client.read(response);
  } catch (error) {
    if (!(error instanceof ProblemError && error.status === 412)) throw error; // 412: the collection exists
  }
}

async function send(
  client: HavenClient,
  collection: string,
  body: AsyncIterable<Uint8Array | string>,
  { atomic = false, records = false }: ImportFlags,
): Promise<ImportReport> {
  const path = `${pathOf(collection)}/import?atomic=${atomic}&shape=${records ? 'record' : 'document'}`;
  try {
    const response = await client.send('POST', path, { headers: { 'content-type': 'application/x-ndjson' }, body });
    return JSON.parse(await client.read(response)) as ImportReport; // the API declares this type
  } catch (error) {
    if (atomic || !(error instanceof Error)) throw error;
    throw new CliError(`${error.message}\nThe records before the failure may already be stored.`, { cause: error });
  }
}

function pathOf(collection: string): string {
  return `collections/${encodeURIComponent(collection)}`;
}

/** Passes all bytes on. Shows a progress bar on stderr if that is a terminal and the size is known. */
async function* withProgress(bytes: AsyncIterable<Uint8Array>, size: number | undefined): AsyncGenerator<Uint8Array> {
  if (size === undefined || !process.stderr.isTTY) {
    yield* bytes;
    return;
  }
  const bar = new SingleBar({
    stream: process.stderr,
    format: '{bar} {percentage}% | {eta_formatted} left',
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(size, 0);
  try {
    for await (const chunk of bytes) {
      yield chunk;
      bar.increment(chunk.length);
    }
  } finally {
    bar.stop();
  }
}
