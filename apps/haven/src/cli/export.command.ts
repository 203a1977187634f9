import { open } from 'node:fs/promises';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

import { Command, Option } from 'commander';

import { csvDecimalNames, csvDelimiterNames } from '@haven/csv';

import { CliError } from './cli-error.js';
import { collectionPath } from './collections.commands.js';
import { connect, jsonOption, urlOption } from './connection-options.js';
import type { HavenClient } from './haven-client.js';
import { jsonArgument } from './json-argument.js';
import { TransferCounter } from './transfer-counter.js';

interface ExportFlags {
  url?: string;
  out?: string;
  format?: 'ndjson' | 'csv';
  filter?: string;
  asOf?: string;
  dataOnly?: boolean;
  columns?: string;
  delimiter?: string;
  decimal?: string;
  json?: true;
}

const EXAMPLES = `
Examples:
  haven export movies > movies.ndjson
  haven export movies --out movies.ndjson.gz
  haven export movies --data-only --out movies.csv --columns Title,Year --delimiter semicolon --decimal comma
  haven export movies --filter '{"Major Genre":"Drama"}' --data-only --out dramas.ndjson
`;

/** `haven export <collection>` */
export function exportCommand(): Command {
  return new Command('export')
    .description('write a consistent snapshot of a collection as NDJSON or CSV')
    .argument('<collection>')
    .option('--out <file>', 'write to a file instead of standard output; compressed if the name ends in .gz')
    .addOption(
      new Option('--format <format>', 'defaults to csv if the name of the file says so, otherwise to ndjson').choices([
        'ndjson',
        'csv',
      ]),
    )
    .option('--filter <json>', 'only records that match the filter')
    .option('--as-of <time>', 'the records as they were at this time or cursor')
    .option('--data-only', 'only the documents, without ids, versions and timestamps')
    .option('--columns <names>', 'CSV: members of the documents, joined by commas; defaults to all')
    .addOption(new Option('--delimiter <delimiter>', 'CSV: defaults to comma').choices(csvDelimiterNames))
    .addOption(new Option('--decimal <sign>', 'CSV: decimal sign; defaults to point').choices(csvDecimalNames))
    .addOption(jsonOption())
    .addOption(urlOption())
    .addHelpText('after', EXAMPLES)
    .action(exportCollection);
}

async function exportCollection(collection: string, flags: ExportFlags): Promise<void> {
  const { url, out, asOf, dataOnly, columns, delimiter, decimal } = flags;
  const isCsv = (flags.format ?? (/\.(csv|tsv)(\.gz)?$/i.test(out ?? '') ? 'csv' : 'ndjson')) === 'csv';
  const filter = flags.filter === undefined ? undefined : await jsonArgument('--filter', flags.filter);
  const options = { shape: dataOnly ? 'document' : 'record', asOf, columns, delimiter, decimal };
  const headers = { accept: isCsv ? 'text/csv' : 'application/x-ndjson' };
  const response = await requestExport(connect(url), `${collectionPath(collection)}/export`, filter, options, headers);
  if (out === undefined) return toStdout(response);
  await toFile(response, out);
  if (flags.json) process.stdout.write(`${JSON.stringify({ collection, file: out })}\n`);
}

/** Requests an export. A filter that may be too long for a URL is sent in the body. */
function requestExport(
  client: HavenClient,
  path: string,
  filter: string | undefined,
  options: Readonly<Record<string, string | undefined>>,
  headers: OutgoingHttpHeaders,
): Promise<IncomingMessage> {
  if (filter !== undefined && filter.length > MAX_FILTER_IN_URL) {
    const body = `${JSON.stringify(options).slice(0, -1)},"filter":${filter}}`;
    return client.send('POST', path, { headers: { ...headers, 'content-type': 'application/json' }, body: [body] });
  }
  const given = Object.entries({ ...options, filter }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return client.send('GET', `${path}?${new URLSearchParams(given)}`, { headers });
}

/** Maximum length of a filter in a URL: encoded, it is at most three times as long in ASCII. */
const MAX_FILTER_IN_URL = 4_000;

async function toStdout(response: IncomingMessage): Promise<void> {
  try {
    await pipeline(response, process.stdout, { end: false });
  } catch (error) {
    if (hasCode(error, 'EPIPE')) return; // the reader of the pipe, such as `head`, has closed it
    throw exportAborted(error);
  }
}

async function toFile(response: IncomingMessage, file: string): Promise<void> {
  const handle = await open(file, 'w').catch((error: unknown) => {
    response.destroy();
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(`${file} cannot be written: ${reason}.`, { cause: error });
  });
  const progress = new TransferCounter('records', undefined);
  const lines = progress.countLines(response);
  try {
    if (/\.gz$/i.test(file)) await pipeline(lines, createGzip(), handle.createWriteStream());
    else await pipeline(lines, handle.createWriteStream());
  } catch (error) {
    throw exportAborted(error, file);
  } finally {
    progress.stop();
  }
}

function exportAborted(error: unknown, file = 'the output'): CliError {
  const reason = error instanceof Error ? error.message : String(error);
  return new CliError(`The export was aborted, and ${file} is incomplete: ${reason}.`, { cause: error });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
