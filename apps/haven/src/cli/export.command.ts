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
    .description('read a collection as NDJSON, of one moment')
    .argument('<collection>')
    .option('--out <file>', 'write to a file instead of standard output')
    .option('--filter <json>', 'only the records that match')
    .option('--data-only', 'only the documents, without id, version and times')
    .addOption(urlOption())
    .addHelpText('after', EXAMPLES)
    .action(exportCollection);
}

async function exportCollection(collection: string, { url, out, filter, dataOnly }: ExportFlags): Promise<void> {
  const query = new URLSearchParams({ shape: dataOnly ? 'document' : 'record' });
  if (filter !== undefined) query.set('filter', filter);
  const answer = await connect(url).send('GET', `collections/${encodeURIComponent(collection)}/export?${query}`);
  await (out === undefined ? toStdout(answer) : toFile(answer, out));
}

async function toStdout(answer: IncomingMessage): Promise<void> {
  try {
    await pipeline(answer, process.stdout, { end: false });
  } catch (error) {
    if (hasCode(error, 'EPIPE')) return; // whoever reads, such as head, has enough
    throw brokenOff(error);
  }
}

async function toFile(answer: IncomingMessage, file: string): Promise<void> {
  const handle = await open(file, 'w').catch((error: unknown) => {
    answer.destroy();
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(`The file can not be written: ${reason}.`, { cause: error });
  });
  try {
    await pipeline(answer, handle.createWriteStream());
  } catch (error) {
    throw brokenOff(error, file);
  }
}

function brokenOff(error: unknown, file = 'what was written'): CliError {
  const reason = error instanceof Error ? error.message : String(error);
  return new CliError(`The export broke off, and ${file} is incomplete: ${reason}.`, { cause: error });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
