import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

import { Command } from 'commander';
import { createParser } from 'eventsource-parser';
import type { EventSourceMessage } from 'eventsource-parser';

import { CliError, printable } from './cli-error.js';
import { connect, jsonOption, urlOption } from './connection-options.js';
import type { HavenClient } from './haven-client.js';
import { NotConnectedError } from './haven-client.js';
import { jsonArgument } from './json-argument.js';
import { ProblemError } from './problem.js';
import { styled } from './table.js';

interface TailFlags {
  url?: string;
  after?: string;
  filter?: string;
  json?: true;
}

interface Change {
  cursor: string;
  type: string;
  collection: string;
  recordId: string;
  version: number;
  at: string;
  record: { data: unknown } | null;
}

/** Delay before the stream is requested again after the connection broke. */
const RETRY_MS = 1_000;

const STYLES = { created: 'green', restored: 'green', updated: 'yellow', deleted: 'red', erased: 'red' } as const;

const EXAMPLES = `
Each line is one change: the time, its type, the collection, the id and version of the record, and the document.

Examples:
  haven tail
  haven tail movies --after earliest
  haven tail orders --filter '{"total":{"_gte":100}}' --json
`;

/** `haven tail [collection]` */
export function tailCommand(): Command {
  return new Command('tail')
    .description('print changes of records as they happen, until Ctrl-C')
    .argument('[collection]', 'only changes of this collection; defaults to all')
    .option('--after <cursor>', 'start after this cursor, or with the `earliest` change; defaults to now')
    .option('--filter <json>', 'only changes of records that match before or after the change')
    .addOption(jsonOption())
    .addOption(urlOption())
    .addHelpText('after', EXAMPLES)
    .action(tail);
}

async function tail(collection: string | undefined, flags: TailFlags): Promise<void> {
  const filter = flags.filter === undefined ? undefined : await jsonArgument('--filter', flags.filter);
  const query = new URLSearchParams({ ...(collection !== undefined && { collection }), ...(filter && { filter }) });
  if (flags.after !== undefined) query.set('after', flags.after);
  const client = connect(flags.url);
  process.stdout.once('error', () => process.exit(0)); // the reader of the pipe, such as `head`, has closed it
  let cursor: string | undefined;
  for (let isFirst = true; ; isFirst = false) {
    const response = await open(client, query, cursor, isFirst);
    if (response) cursor = await print(response, flags, cursor);
    else await delay(RETRY_MS);
  }
}

/** Requests the stream. After the first time, returns undefined if the server cannot be reached now. */
async function open(
  client: HavenClient,
  query: URLSearchParams,
  cursor: string | undefined,
  isFirst: boolean,
): Promise<IncomingMessage | undefined> {
  const headers = { accept: 'text/event-stream', ...(cursor !== undefined && { 'last-event-id': cursor }) };
  try {
    return await client.send('GET', `changes?${query}`, { headers });
  } catch (error) {
    const isTemporary = error instanceof ProblemError ? error.status >= 500 || error.status === 429 : isBroken(error);
    if (isFirst || !isTemporary) throw error;
    return undefined;
  }
}

function isBroken(error: unknown): boolean {
  return error instanceof NotConnectedError || error instanceof CliError;
}

/** Prints the changes of a stream until it ends. Returns the cursor after the last one. */
async function print(
  response: IncomingMessage,
  flags: TailFlags,
  before: string | undefined,
): Promise<string | undefined> {
  let cursor = before;
  let lines = '';
  let refusal: CliError | undefined;
  const parser = createParser({
    onEvent: ({ id, data, event }: EventSourceMessage) => {
      cursor = id ?? cursor;
      if (event === 'error') refusal = streamError(data);
      if (event?.startsWith('record.')) lines += flags.json ? `${data}\n` : lineOf(JSON.parse(data) as Change);
    },
  });
  response.setEncoding('utf8');
  try {
    for await (const chunk of response as AsyncIterable<string>) {
      parser.feed(chunk);
      if (lines !== '' && !process.stdout.write(lines)) await once(process.stdout, 'drain');
      lines = '';
    }
  } catch {
    // The connection broke. The stream continues after the last cursor.
  }
  if (refusal) throw refusal;
  return cursor;
}

/** Returns the error that the server sent in the stream; undefined if it is temporary. */
function streamError(data: string): CliError | undefined {
  const { code, detail, status } = JSON.parse(data) as { code: string; detail: string; status: number }; // RFC 9457
  return status >= 500 || status === 429 ? undefined : new CliError(`${code}: ${printable(detail)}`);
}

function lineOf({ at, type, collection, recordId, version, record }: Change): string {
  const time = styled('dim', at.slice(11, 19));
  const verb = type.replace('record.', '');
  const shown = styled(verb in STYLES ? STYLES[verb as keyof typeof STYLES] : undefined, verb.padEnd(8)); // checked
  const document = record === null ? '' : ` ${printable(JSON.stringify(record.data))}`;
  return `${time} ${shown} ${printable(collection)} ${recordId} ${styled('dim', `v${version}`)}${document}\n`;
}
