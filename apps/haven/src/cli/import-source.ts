import { open } from 'node:fs/promises';
import { extname } from 'node:path';

import { CliError } from './cli-error.js';
import { gunzipped } from './gunzip.js';
import { jsonArrayLines } from './json-array-lines.js';

/** Formats of files to import. */
export const formats = ['json', 'ndjson', 'csv'] as const;
export type Format = (typeof formats)[number];

const extensions: Readonly<Record<string, Format>> = {
  '.json': 'json',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.csv': 'csv',
  '.tsv': 'csv',
};

/** A file to import, or standard input, whose size is unknown and which can be read only once. */
export interface ImportFile {
  size: number | undefined;
  isRepeatable: boolean;
  /** Reads the file from its beginning, and decompresses it. `onRead` is called with numbers of bytes of the file. */
  read(onRead?: (bytes: number) => void): AsyncIterable<Uint8Array>;
}

/**
 * Returns the format that the user named, otherwise the format of the file name extension, without `.gz`. The default
 * for standard input is NDJSON.
 */
export function formatOf(file: string, named: Format | undefined): Format {
  if (named) return named;
  if (file === '-') return 'ndjson';
  const format = extensions[extname(file.replace(/\.gz$/i, '')).toLowerCase()];
  if (format) return format;
  throw new CliError(
    `The format of ${JSON.stringify(file)} cannot be derived from its name; ` +
      `add --format with one of ${formats.join(', ')}.`,
  );
}

/** Opens a file, or standard input for `-`. Fails at once if the file cannot be read. */
export async function openImport(file: string): Promise<ImportFile> {
  if (file === '-') {
    return { size: undefined, isRepeatable: false, read: (onRead) => gunzipped(counted(process.stdin, onRead)) };
  }
  try {
    const handle = await open(file);
    const stats = await handle.stat();
    await handle.close();
    if (!stats.isDirectory()) {
      const isRepeatable = stats.isFile();
      const size = isRepeatable ? stats.size : undefined;
      return { size, isRepeatable, read: (onRead) => gunzipped(counted(chunksOf(file), onRead)) };
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new CliError(`The file ${JSON.stringify(file)} cannot be read (${code}).`, { cause: error });
  }
  throw new CliError(`${JSON.stringify(file)} is a directory; name a file.`);
}

/** Converts a JSON array or NDJSON to NDJSON. The values are passed on as they are. */
export function ndjsonOf(bytes: AsyncIterable<Uint8Array>, format: 'json' | 'ndjson'): AsyncIterable<Uint8Array> {
  return format === 'json' ? jsonArrayLines(withoutMark(bytes)) : withoutMark(bytes);
}

async function* chunksOf(file: string): AsyncGenerator<Uint8Array> {
  const handle = await open(file);
  yield* handle.createReadStream();
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onRead: (bytes: number) => void = () => undefined,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk;
    onRead(chunk.length);
  }
}

const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Removes the byte order mark that some editors write and that JSON does not allow. */
async function* withoutMark(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Buffer | null = Buffer.alloc(0);
  for await (const chunk of bytes) {
    if (!head) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < MARK.length) continue;
    yield afterMark(head);
    head = null;
  }
  if (head) yield afterMark(head);
}

function afterMark(head: Buffer): Buffer {
  return head.subarray(0, MARK.length).equals(MARK) ? head.subarray(MARK.length) : head;
}
