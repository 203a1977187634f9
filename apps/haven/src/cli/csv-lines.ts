import { pipeline } from 'node:stream';

import { CsvError, parse } from 'csv-parse';

import { CliError } from './cli-error.js';

/** How to convert cells: `typed` reads numbers, true and false; `text` keeps every cell as a string. */
export type CellReading = 'typed' | 'text';

const BLOCK_CHARACTERS = 64 * 1024;

/**
 * Converts CSV to NDJSON. The first row contains the member names; the member of an empty cell is omitted. Each object
 * is written on the line on which its row ends in the file, with blank lines in between, so that line numbers in errors
 * of the server are line numbers of the file.
 */
export async function* csvLines(source: AsyncIterable<Uint8Array>, reading: CellReading): AsyncGenerator<string> {
  let names: string[] | undefined;
  let block = '';
  let line = 0;
  for await (const { record, line: endsAt } of rows(source)) {
    if (!names) {
      names = memberNames(record);
      continue;
    }
    block += '\n'.repeat(endsAt - 1 - line) + `${objectOf(names, record, reading)}\n`;
    line = endsAt;
    if (block.length < BLOCK_CHARACTERS) continue;
    yield block;
    block = '';
  }
  if (block !== '') yield block;
}

/**
 * Returns the JSON text of a cell. With `typed`, a cell is a number only if printing that number yields exactly the
 * same text, so 007, 1.0 and 9007199254740993 remain text.
 */
export function cellText(cell: string, reading: CellReading): string {
  if (reading === 'typed' && (cell === 'true' || cell === 'false' || isNumber(cell))) return cell;
  return JSON.stringify(cell);
}

function isNumber(cell: string): boolean {
  const number = Number(cell);
  return (
    String(number) === cell && Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number))
  );
}

interface CsvRow {
  record: string[];
  /** The line of the file on which the row ends, from 1. */
  line: number;
}

/** The items that the parser emits with the option `info`. Its own types say `any`. */
interface Parsed {
  record: string[];
  info: { lines: number };
}

async function* rows(source: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRow> {
  const parser = parse({ info: true, skip_empty_lines: true });
  pipeline(utf8(source), parser, () => undefined); // a failure of the source also ends the parser, which reports it
  let countedTwice = 0; // the parser counts a CRLF within quotes as two lines
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      countedTwice += record.join(',').split('\r\n').length - 1;
      yield { record, line: info.lines - countedTwice };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new CliError(`The CSV cannot be parsed: ${error.message}.`, { cause: error });
  }
}

/**
 * Decodes UTF-8 and removes a byte order mark. Fails on invalid bytes, which the parser's own decoder would replace.
 */
async function* utf8(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of source) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CliError('The CSV is not UTF-8; convert it first.', { cause: error });
  }
}

function memberNames(header: string[]): string[] {
  const empty = header.indexOf('');
  if (empty >= 0) throw new CliError(`Column ${empty + 1} has no name in the first row of the CSV.`);
  const twice = header.find((name, index) => header.indexOf(name) < index);
  if (twice !== undefined) throw new CliError(`Two columns of the CSV are named ${JSON.stringify(twice)}.`);
  return header;
}

/**
 * Builds the JSON text of an object directly. `JSON.stringify` of an object would lose a member named `__proto__`,
 * which the server must see in order to reject it.
 */
function objectOf(names: string[], cells: string[], reading: CellReading): string {
  const members = names.flatMap((name, index) => {
    const cell = cells[index] ?? '';
    return cell === '' ? [] : [`${JSON.stringify(name)}:${cellText(cell, reading)}`];
  });
  return `{${members.join(',')}}`;
}
