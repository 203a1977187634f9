import { pipeline } from 'node:stream';

import { CsvError, parse } from 'csv-parse';

import { CliError } from './cli-error.js';

/** How a cell becomes a value: `typed` reads numbers, true and false; `text` keeps every cell as the string it is. */
export type CellReading = 'typed' | 'text';

const BLOCK_CHARACTERS = 64 * 1024;

/**
 * CSV as NDJSON: the first row names the members, an empty cell leaves its member out. Each object stands on the line on
 * which its row ends in the file (blank lines between), so that an error in line n of the one is in line n of the other.
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

/** The JSON text of a cell. Only what a number prints as is a number, so that 007, 1.0 and 9007199254740993 stay as they are. */
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

/** What the option `info` makes the parser emit; its own types say any. */
interface Parsed {
  record: string[];
  info: { lines: number };
}

async function* rows(source: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRow> {
  const parser = parse({ info: true, skip_empty_lines: true });
  pipeline(utf8(source), parser, () => undefined); // a failure of the source ends the parser too, which is where it is heard
  let countedTwice = 0; // the parser takes a CRLF within quotes for two lines
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      countedTwice += record.join(',').split('\r\n').length - 1;
      yield { record, line: info.lines - countedTwice };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new CliError(`The CSV can not be read: ${error.message}.`, { cause: error });
  }
}

/** The parser's own decoder would replace what it can not read. Leaves out a byte order mark. */
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

/** Written as text: an object would lose a member named `__proto__`, which the server is to refuse. */
function objectOf(names: string[], cells: string[], reading: CellReading): string {
  const members = names.flatMap((name, index) => {
    const cell = cells[index] ?? '';
    return cell === '' ? [] : [`${JSON.stringify(name)}:${cellText(cell, reading)}`];
  });
  return `{${members.join(',')}}`;
}
