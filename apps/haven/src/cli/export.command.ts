import { open } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';

import { Command } from 'commander';

import { CliError } from './cli-error.js';
import { connect, urlOption } from './connection-options.js';

interface ExportFlags {
  url: string;
  out?: string;
  filter?: string;
  dataOnly?: boolean;
}

const EXAMPLES = `
Examples:
  haven export movies > movies.ndjson
  haven export movies --filter '{"Major Genre":"Drama"}' --data-only --out dramas.ndjson
`;

/** `haven export <collection>` */
export function exportCommand(): Command {
  return new Command('export')
    .description('write a consistent snapshot of a collection as NDJSON')
    .argument('<collection>')
    .option('--out <file>', 'write to a file instead of standard output')
    .option('--filter <json>', 'only records that match the filter')
    .option('--data-only', 'only the documents, without ids, versions and timestamps')
    .addOption(urlOption())
    .addHelpText('after', EXAMPLES)
    .action(exportCollection);
}

async function exportCollection(collection: string, { url, out, filter, dataOnly }: ExportFlags): Promise<void> {
  const query = new URLSearchParams({ shape: dataOnly ? 'document' : 'record' });
  if (filter !== undefined) query.set('filter', filter);
  const response = await connect(url).send('GET', `collections/${encodeURIComponent(collection)}/export?${query}`);
  await (out === undefined ? toStdout(response) : toFile(response, out));
}

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
  try {
    await pipeline(response, handle.createWriteStream());
  } catch (error) {
    throw exportAborted(error, file);
  }
}

function exportAborted(error: unknown, file = 'the output'): CliError {
  const reason = error instanceof Error ? error.message : String(error);
  return new CliError(`The export was aborted, and ${file} is incomplete: ${reason}.`, { cause: error });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
