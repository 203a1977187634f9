import type { FileKind, Item, ItemReader } from './item.js';
import { JsonReader } from './json-reader.js';
import { LineReader } from './line-reader.js';
import { RowReader, separatorOf } from './row-reader.js';

/** A file that the user imports. */
export interface SourceFile {
  file: File;
  /** Whether the file is compressed with gzip. */
  isCompressed: boolean;
  kind: FileKind;
  /** UTF-8, unless the file cannot be read so. */
  encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
  /** Separator of the cells of CSV. */
  separator: string;
}

const START = 64 * 1_024;

/** Finds out how a file is to be read. */
export async function openFile(file: File): Promise<SourceFile> {
  const bytes = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  const isCompressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const source: SourceFile = { file, isCompressed, kind: 'csv', encoding, separator: ',' };
  let start = '';
  // An encoding other than UTF-8 is found only when the whole file has been read.
  for await (const part of textOf({ ...source, encoding: encoding === 'utf-8' ? 'windows-1252' : encoding })) {
    start += part;
    if (start.length >= START) break;
  }
  const extension = extensionOf(file.name);
  // The names of columns may have commas.
  const separator = ['tsv', 'tab'].includes(extension) ? '\t' : separatorOf(start);
  return { ...source, kind: kindOf(extension, start), separator };
}

function extensionOf(name: string): string {
  const [, extension = ''] = /\.(\w+)(?:\.gz)?$/.exec(name.toLowerCase()) ?? [];
  return extension;
}

/** Returns the kind of a file by the end of its name, otherwise by its first character. */
function kindOf(extension: string, start: string): FileKind {
  if (['csv', 'tsv', 'tab'].includes(extension)) return 'csv';
  if (['ndjson', 'jsonl', 'ldjson'].includes(extension)) return 'ndjson';
  return extension === 'json' || /^(\uFEFF|ï»¿)?\s*[[{]/.test(start) ? 'json' : 'csv';
}

/** Reads the items of a file part by part. `onBytes` is called with the number of bytes that have been read. */
export async function* itemsOf(source: SourceFile, onBytes?: (bytes: number) => void): AsyncGenerator<Item[]> {
  const reader = readerOf(source);
  for await (const part of textOf(source, onBytes)) yield reader.push(part);
  yield reader.end();
}

function readerOf({ kind, separator }: SourceFile): ItemReader {
  if (kind === 'csv') return new RowReader(separator);
  return kind === 'ndjson' ? new LineReader() : new JsonReader();
}

async function* textOf(
  { file, isCompressed, encoding }: SourceFile,
  onBytes?: (bytes: number) => void,
): AsyncGenerator<string> {
  let bytes = 0;
  const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform: (chunk, output) => {
      bytes += chunk.byteLength;
      onBytes?.(bytes);
      output.enqueue(chunk);
    },
  });
  const content = file.stream().pipeThrough(counter);
  const plain = isCompressed ? content.pipeThrough(new DecompressionStream('gzip')) : content;
  const reader = plain.pipeThrough(new TextDecoderStream(encoding, { fatal: true })).getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } finally {
    await reader.cancel().catch(() => undefined); // a stream that failed cannot be cancelled, and need not be
  }
}
