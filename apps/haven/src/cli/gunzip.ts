import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

import { CliError } from './cli-error.js';

/** The first bytes of a file that was compressed with gzip. No text in UTF-8 starts with them. */
const MAGIC = Buffer.from([0x1f, 0x8b]);

/** Decompresses bytes that were compressed with gzip; passes others on. */
export async function* gunzipped(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < MAGIC.length) {
    const next = await chunks.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  const all = startingWith(head, chunks);
  if (head.subarray(0, MAGIC.length).equals(MAGIC)) yield* decompress(all);
  else yield* all;
}

async function* decompress(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  pipeline(source, gunzip, () => undefined); // a failure of the source also ends `gunzip`, which reports it
  try {
    yield* gunzip;
  } catch (error) {
    const isCorrupt = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
    if (isCorrupt)
      throw new CliError('The file cannot be decompressed: it is damaged or incomplete.', { cause: error });
    throw error;
  }
}

async function* startingWith(head: Buffer, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
