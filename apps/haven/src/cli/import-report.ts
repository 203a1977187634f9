import { detailLine } from './problem.js';
import type { ProblemDetail } from './problem.js';

/** What the server says about an import. */
export interface ImportReport {
  imported: number;
  created: number;
  updated: number;
  failed: number;
  errors: (ProblemDetail & { line: number })[];
}

/** `3201 records imported into movies in 0.9 s (3,600/s)` */
export function summaryOf({ imported, created, updated }: ImportReport, collection: string, seconds: number): string {
  const rate = (imported / Math.max(seconds, 0.001)).toLocaleString('en', { maximumSignificantDigits: 2 });
  const replaced = updated > 0 ? ` (${created} made, ${updated} replaced)` : '';
  return `${counted(imported, 'record')} imported into ${collection}${replaced} in ${seconds.toFixed(1)} s (${rate}/s)`;
}

/** What was refused, a line for each place; `unit` is what the server's line is in the file. */
export function refusalsOf({ failed, errors }: ImportReport, unit: 'line' | 'record'): string[] {
  if (failed === 0) return [];
  const shown = new Set(errors.map(({ line }) => line)).size;
  const rest = shown < failed ? `, of which the first ${shown} are shown` : '';
  return [
    `${counted(failed, unit)} refused${rest}:`,
    ...errors.map((error) => `${unit} ${error.line}: ${detailLine(error)}`),
  ];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
