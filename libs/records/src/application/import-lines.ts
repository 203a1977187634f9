import { isAscii, isUtf8 } from 'node:buffer';

import { HavenError } from '@haven/kernel';

const NEWLINE = 0x0a;

/** One line of an NDJSON body without its line terminator, and the number of the line, starting at 1. */
export interface ImportLine {
  readonly number: number;
  /** Number of bytes. */
  readonly size: number;
  /** The bytes, if they are not UTF-8. */
  readonly text: string | Uint8Array;
}

/**
 * Splits a stream of bytes into lines and skips blank ones. Yields the lines of each part of the stream in one array,
 * because a step of an iteration that waits costs more than the splitting. Throws `PAYLOAD_TOO_LARGE` for a line longer
 * than `limit` bytes.
 */
export async function* readLines(source: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<ImportLine[]> {
  const splitter = new LineSplitter(limit);
  let rest: Uint8Array[] = [];
  let restLength = 0;
  for await (const chunk of source) {
    const end = chunk.lastIndexOf(NEWLINE);
    if (end >= 0) {
      yield* splitter.split(Buffer.concat([...rest, chunk.subarray(0, end)]));
      rest = [];
      restLength = 0;
    }
    rest.push(chunk.subarray(end + 1));
    restLength += chunk.length - end - 1;
    if (restLength > limit) throw lineTooLong(splitter.lines + 1, limit);
  }
  yield* splitter.split(Buffer.concat(rest));
}

class LineSplitter {
  /** Number of lines so far. */
  lines = 0;

  constructor(private readonly limit: number) {}

  /** Yields the lines of a block, and those before one that is too long. */
  *split(block: Buffer): Generator<ImportLine[]> {
    const found: ImportLine[] = [];
    for (const { size, text } of isUtf8(block) ? texts(block) : undecoded(block)) {
      this.lines++;
      if (size > this.limit) {
        yield found;
        throw lineTooLong(this.lines, this.limit);
      }
      if (!isBlank(text)) found.push({ number: this.lines, size, text });
    }
    yield found;
  }
}

function texts(block: Buffer): Omit<ImportLine, 'number'>[] {
  const hasOnlyAscii = isAscii(block);
  const lines = (hasOnlyAscii ? block.toString('latin1') : block.toString()).split('\n');
  return lines.map((text) => ({ size: hasOnlyAscii ? text.length : Buffer.byteLength(text), text }));
}

/** Splits a block of which at least one line is not UTF-8. */
function* undecoded(block: Buffer): Generator<Omit<ImportLine, 'number'>> {
  for (let start = 0; start <= block.length;) {
    const newline = block.indexOf(NEWLINE, start);
    const bytes = block.subarray(start, newline < 0 ? block.length : newline);
    start += bytes.length + 1;
    yield { size: bytes.length, text: isUtf8(bytes) ? bytes.toString() : bytes };
  }
}

function isBlank(text: string | Uint8Array): boolean {
  return typeof text === 'string' && BLANK.test(text);
}

const BLANK = /^[ \r\t]*$/;

function lineTooLong(line: number, limit: number): HavenError {
  return new HavenError('PAYLOAD_TOO_LARGE', `Line ${line} is longer than ${limit} bytes (limits.importLineBytes).`);
}
