import { HavenError } from '@haven/kernel';

const NEWLINE = 0x0a;

/** One line of an NDJSON body without its line terminator, and the number of the line, starting at 1. */
export interface ImportLine {
  number: number;
  bytes: Uint8Array;
}

/**
 * Splits a stream of bytes into lines and skips blank ones. Throws `PAYLOAD_TOO_LARGE` for a line longer than `limit`
 * bytes.
 */
export async function* readLines(source: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<ImportLine> {
  let number = 0;
  let rest: Uint8Array[] = [];
  let restLength = 0;
  for await (const chunk of source) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const bytes = Buffer.concat([...rest, chunk.subarray(start, end)]);
      rest = [];
      restLength = 0;
      start = end + 1;
      number += 1;
      if (bytes.length > limit) throw lineTooLong(number, limit);
      if (!isBlank(bytes)) yield { number, bytes };
    }
    rest.push(chunk.subarray(start));
    restLength += chunk.length - start;
    if (restLength > limit) throw lineTooLong(number + 1, limit);
  }
  const bytes = Buffer.concat(rest);
  if (!isBlank(bytes)) yield { number: number + 1, bytes };
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09);
}

function lineTooLong(line: number, limit: number): HavenError {
  return new HavenError('PAYLOAD_TOO_LARGE', `Line ${line} is longer than ${limit} bytes (limits.importLineBytes).`);
}
