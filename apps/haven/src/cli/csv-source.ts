import { csvLines, csvText, decimalOf, delimiterOf, inspectCsv, parseTypes } from '@haven/csv';
import type { CsvEmpty, CsvOptions, CsvPlan } from '@haven/csv';
import { HavenError } from '@haven/kernel';

import { CliError } from './cli-error.js';
import type { ImportFile } from './import-source.js';
import { detailLine } from './problem.js';

/** Limits for files, in characters and columns. They only protect memory: the server has limits for each record. */
const MAX_ROW_LENGTH = 64 * 1024 * 1024;
const MAX_COLUMNS = 1_000_000;

/** Options of the command line for CSV. */
export interface CsvFlags {
  types?: string;
  text?: boolean;
  delimiter?: string;
  decimal?: string;
  empty?: CsvEmpty;
}

/** Reads all of a file, and returns how to convert it. Throws if it is malformed. */
export async function planCsv(file: ImportFile, flags: CsvFlags, shape: 'document' | 'record'): Promise<CsvPlan> {
  try {
    return await inspectCsv(csvText(file.read()), csvOptions(flags, shape));
  } catch (error) {
    if (!(error instanceof HavenError)) throw error;
    const places = error.extras.errors?.map((place) => `  ${detailLine({ ...place, pointer: '' })}`) ?? [];
    const lines = [`${error.code}: ${error.detail}`, ...(places.length > 1 ? places : [])];
    throw new CliError(lines.join('\n'), { cause: error });
  }
}

/** Converts a file to NDJSON. Each object is on the line on which its row ends in the file. */
export async function* csvToNdjson(
  text: AsyncIterable<Uint8Array>,
  plan: CsvPlan,
  onRows: (count: number) => void,
): AsyncGenerator<string> {
  let line = 0;
  for await (const rows of csvLines(csvText(text), plan)) {
    let block = '';
    for (const { number, json } of rows) {
      block += '\n'.repeat(Math.max(0, number - 1 - line)) + `${json}\n`;
      line = number;
    }
    onRows(rows.length);
    yield block;
  }
}

/** Returns the query parameters of a request that sends CSV as it is. */
export function csvQuery({ types, text, delimiter, decimal, empty }: CsvFlags): Record<string, string> {
  const all = { types, text: text ? 'true' : undefined, delimiter, decimal, empty };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function csvOptions({ types, text, delimiter, decimal, empty }: CsvFlags, shape: 'document' | 'record'): CsvOptions {
  const declared = new Map(types === undefined ? [] : parseTypes(types));
  if (text && !declared.has('*')) declared.set('*', 'text');
  return {
    types: declared,
    delimiter: delimiterOf(delimiter),
    decimal: decimalOf(decimal),
    empty,
    shape,
    maxRowLength: MAX_ROW_LENGTH,
    maxColumns: MAX_COLUMNS,
  };
}
