import type { CsvDelimiter } from './csv-options.js';

/** Length of the beginning that is searched for the delimiter, in characters. */
const HEAD_LENGTH = 64 * 1024;

/** A first line such as `sep=;`, by which Excel recognises the delimiter. */
const SEPARATOR_LINE = /^"?sep=([,;\t|])"?(\r\n|\n|\r)/i;

export interface SplitCsv {
  /** The beginning of the CSV. */
  head: string;
  /** The whole CSV without the line that names the separator. */
  rest: AsyncIterable<string>;
  separator: CsvDelimiter | undefined;
  linesBefore: number;
}

/** Reads the beginning of a CSV. */
export async function splitHead(text: AsyncIterable<string>): Promise<SplitCsv> {
  const parts = text[Symbol.asyncIterator]();
  let head = '';
  while (head.length < HEAD_LENGTH) {
    const next = await parts.next();
    if (next.done) break;
    head += next.value;
  }
  const [line = '', separator] = SEPARATOR_LINE.exec(head) ?? [];
  const start = head.slice(line.length);
  return {
    head: start,
    rest: joined(start, parts),
    separator: separator as CsvDelimiter | undefined, // one of the characters of the expression
    linesBefore: line === '' ? 0 : 1,
  };
}

async function* joined(start: string, parts: AsyncIterator<string>): AsyncGenerator<string> {
  try {
    if (start !== '') yield start;
    for (let next = await parts.next(); !next.done; next = await parts.next()) yield next.value;
  } finally {
    await parts.return?.();
  }
}
