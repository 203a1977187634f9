import { open } from 'node:fs/promises';
import { extname } from 'node:path';

import { CliError } from './cli-error.js';
import { csvLines } from './csv-lines.js';
import type { CellReading } from './csv-lines.js';
import { jsonArrayLines } from './json-array-lines.js';

/** Formats of files to import. */
export const formats = ['json', 'ndjson', 'csv'] as const;
export type Format = (typeof formats)[number];

const extensions: Readonly<Record<string, Format>> = {
  '.json': 'json',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.csv': 'csv',
};

/** Bytes to import from a file or standard input, whose size is unknown. */
export interface ImportFile {
  bytes: AsyncIterable<Uint8Array>;
  size?: number;
}

/**
 * Returns the format that the user named, otherwise the format of the file name extension. The default for standard
 * input is NDJSON.
 */
export function formatOf(file: string, named: Format | undefined): Format {
  if (named) return named;
  if (file === '-') return 'ndjson';
  const format = extensions[extname(file).toLowerCase()];
  if (format) return format;
  throw new CliError(
    `The format of ${JSON.stringify(file)} cannot be derived from its name; ` +
      `add --format with one of ${formats.join(', ')}.`,
  );
}

/** Opens a file, or standard input for `-`. Fails at once if the file cannot be read. */
export async function openImport(file: string): Promise<ImportFile> {
  if (file === '-') return { bytes: process.stdin };
  try {
    const handle = await open(file);
    const stats = await handle.stat();
    if (!stats.isDirectory())
      return { bytes: handle.createReadStream(), size: stats.isFile() ? stats.size : undefined };
    await handle.close();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new CliError(`The file ${JSON.stringify(file)} cannot be read (${code}).`, { cause: error });
  }
  throw new CliError(`${JSON.stringify(file)} is a directory; name a file.`);
}

/** Converts a file of any format to NDJSON. Only the cells of CSV are parsed; JSON values are passed on as they are. */
export function ndjsonOf(
  bytes: AsyncIterable<Uint8Array>,
  format: Format,
  reading: CellReading,
): AsyncIterable<Uint8Array | string> {
  if (format === 'csv') return csvLines(bytes, reading);
  return format === 'json' ? jsonArrayLines(withoutMark(bytes)) : withoutMark(bytes);
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
