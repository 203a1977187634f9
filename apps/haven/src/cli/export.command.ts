import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';

import { Command } from 'commander';

import { Client, withUrl } from './client.js';

interface Options {
  url: string;
  out?: string;
  filter?: string;
  dataOnly?: boolean;
}

/** `haven export <collection>`: a collection as NDJSON. */
export function exportCommand(): Command {
  return withUrl(new Command('export'))
    .description('Read all records of a collection as NDJSON.')
    .argument('<collection>')
    .option('--out <file>', 'write to a file')
    .option('--filter <json>', 'which records: the filter language')
    .option('--data-only', 'documents alone, without id and version')
    .action(exportCollection);
}

async function exportCollection(collection: string, { url, out, filter, dataOnly }: Options): Promise<void> {
  const parameters = new URLSearchParams({ shape: dataOnly ? 'document' : 'record', ...(filter && { filter }) });
  const path = `/collections/${encodeURIComponent(collection)}/export?${parameters}`;
  const response = await new Client(url).send('GET', path, { headers: { accept: 'application/x-ndjson, application/problem+json' } });
  if (response.body) await pipeline(Readable.fromWeb(response.body as ReadableStream), out ? createWriteStream(out) : process.stdout);
}
