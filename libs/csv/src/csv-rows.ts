import { CsvError, parse } from 'csv-parse';
import type { Parser } from 'csv-parse';

import type { CsvDelimiter } from './csv-options.js';

/** The text of a cell, or null for an empty cell without quotes. */
export type CsvCell = string | null;

export interface CsvRow {
  cells: CsvCell[];
  /** The line of the file on which the row ends, from 1. */
  line: number;
}

/** A violation of the syntax of CSV, after which nothing more can be read. */
export class CsvSyntaxError extends Error {
  override readonly name = 'CsvSyntaxError';

  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message);
  }
}

export interface RowOptions {
  delimiter: CsvDelimiter;
  maxRowLength: number;
  /** Number of lines before the text. */
  linesBefore: number;
}

/** Parses CSV. Yields the rows of each part of the text, with the header; blank lines are skipped. */
export async function* csvRows(text: AsyncIterable<string>, options: RowOptions): AsyncGenerator<CsvRow[]> {
  const reader = new RowReader(options);
  for await (const part of text) {
    const rows = await reader.push(part);
    if (rows.length > 0) yield rows;
  }
  const rows = await reader.end();
  if (rows.length > 0) yield rows;
  reader.check();
}

/** Collects rows as they are parsed: reading them from the parser one by one would take longer than parsing them. */
class RowReader {
  private rows: CsvRow[] = [];
  private countedTwice: number; // the parser counts a CRLF within quotes as two lines
  private readonly parser: Parser;
  private readonly maxRowLength: number;
  private failure: Error | undefined;

  constructor({ delimiter, maxRowLength, linesBefore }: RowOptions) {
    this.countedTwice = -linesBefore;
    this.maxRowLength = maxRowLength;
    this.parser = parse({
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      max_record_size: maxRowLength,
      relax_column_count: true,
      skip_empty_lines: true,
      cast: (cell, { quoting }) => (cell === '' && !quoting ? null : cell),
      on_record: (cells: CsvCell[], { lines }) => {
        for (const cell of cells) if (cell?.includes('\r\n')) this.countedTwice += cell.split('\r\n').length - 1;
        this.rows.push({ cells, line: lines - this.countedTwice });
        return null;
      },
    });
    this.parser.on('error', (error: Error) => (this.failure ??= error)).resume();
  }

  push(part: string): Promise<CsvRow[]> {
    return this.taken((done) => this.parser.write(part, done));
  }

  end(): Promise<CsvRow[]> {
    return this.taken((done) => {
      if (this.parser.closed) return done(); // after an error
      this.parser.once('close', done).end();
    });
  }

  /** Throws the error at which the parser stopped, if any. */
  check(): void {
    if (this.failure) throw this.translated(this.failure);
  }

  /** Returns the rows that `act` parsed. If there are any, the next call throws the error that followed. */
  private async taken(act: (done: () => void) => void): Promise<CsvRow[]> {
    if (!this.failure) await new Promise<void>((done) => act(done));
    const { rows } = this;
    this.rows = [];
    if (rows.length === 0) this.check();
    return rows;
  }

  private translated(error: Error): Error {
    if (!(error instanceof CsvError)) return error;
    const lines: unknown = Reflect.get(error, 'lines'); // the parser adds its counters to the error
    return new CsvSyntaxError(
      (typeof lines === 'number' ? lines : 1) - this.countedTwice,
      reasonOf(error, this.maxRowLength),
    );
  }
}

function reasonOf({ code, message }: CsvError, maxRowLength: number): string {
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'A quote (") is not closed before the end of the file.';
    case 'INVALID_OPENING_QUOTE':
      return 'A cell contains a quote (") but does not begin with one. Enclose it in quotes, and double those in it.';
    case 'CSV_INVALID_CLOSING_QUOTE':
      return 'A quote (") within a cell in quotes must be doubled, or the delimiter is another one.';
    case 'CSV_MAX_RECORD_SIZE':
      return (
        `The row is longer than ${maxRowLength} characters (limits.importLineBytes). ` +
        'A quote (") may not be closed, or the delimiter may be another one.'
      );
    default:
      return `${message}.`;
  }
}
