import { printable } from './cli-error.js';
import { detailLine } from './problem.js';
import type { ProblemDetail } from './problem.js';

/** How a CSV was read. */
export interface CsvReading {
  delimiter: string;
  decimal: string;
  columns: { name: string; type: string }[];
}

/** The response to an import. */
export interface ImportReport {
  csv?: CsvReading;
  imported: number;
  created: number;
  updated: number;
  failed: number;
  errors: (ProblemDetail & { line: number })[];
}

/** Returns the summary of an import, such as `3201 records imported into movies in 0.9 s (3,600/s)`. */
export function summaryOf({ imported, created, updated }: ImportReport, collection: string, seconds: number): string {
  const rate = (imported / Math.max(seconds, 0.001)).toLocaleString('en', { maximumSignificantDigits: 2 });
  const replaced = updated > 0 ? ` (${created} created, ${updated} replaced)` : '';
  return `${counted(imported, 'record')} imported into ${collection}${replaced} in ${seconds.toFixed(1)} s (${rate}/s)`;
}

/** Number of columns whose names are shown for each type. */
const SHOWN_COLUMNS = 8;

/** Returns how a CSV was read, such as `Read with ; between cells and a decimal comma; number: price; text: name`. */
export function readingLine({ delimiter, decimal, columns }: CsvReading): string {
  const types = [...new Set(columns.map(({ type }) => type))].toSorted().map((type) => {
    const names = columns.filter((column) => column.type === type).map(({ name }) => printable(name));
    const more = names.length > SHOWN_COLUMNS ? ` and ${names.length - SHOWN_COLUMNS} more` : '';
    return `${type}: ${names.slice(0, SHOWN_COLUMNS).join(', ')}${more}`;
  });
  const between = delimiter === '\t' ? 'tabs' : delimiter;
  const sign = decimal === ',' ? ' and a decimal comma' : '';
  return [`Read with ${between} between cells${sign}`, ...types].join('; ');
}

/**
 * Lists the rejected lines of the request, with one line of text for each error. `unit` names what a line of the
 * request was in the user's file.
 */
export function rejectionLines({ failed, errors }: ImportReport, unit: 'line' | 'record'): string[] {
  if (failed === 0) return [];
  const shown = new Set(errors.map(({ line }) => line)).size;
  const rest = shown < failed ? `, of which the first ${shown} are shown` : '';
  return [
    `${counted(failed, unit)} rejected${rest}:`,
    ...errors.map((error) => `${unit} ${error.line}: ${detailLine(error)}`),
  ];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
