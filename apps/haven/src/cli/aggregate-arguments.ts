import { CliError } from './cli-error.js';

/** An item of `groupBy` in the API. */
export type GroupItem = string | { path: string; bucket: string; timeZone?: string; name?: string };

/** A column of `compute` in the API. */
type ComputedColumn = 'count' | Record<string, string | [path: string, fraction: number]>;

const GROUP = /^(?:([A-Za-z][A-Za-z0-9_]*)=)?(.+?):(year|quarter|month|week|day|hour)(?::([A-Za-z0-9_+/-]+))?$/s;
const COLUMN = /^([A-Za-z][A-Za-z0-9_]*)=(\w+)(?::(.+))?$/s;

/**
 * Parses the values of `--group-by`: paths such as `genre`, date-times that are put into buckets such as
 * `released:month` or `released:month:Europe/Oslo`, and these with a name, such as `m=released:month`.
 */
export function parseGroups(texts: readonly string[]): GroupItem[] {
  return texts.flatMap(splitByCommas).map((text) => {
    const [, name, path, bucket, timeZone] = GROUP.exec(text) ?? [];
    if (path === undefined || bucket === undefined) return text;
    return { path, bucket, ...(timeZone !== undefined && { timeZone }), ...(name !== undefined && { name }) };
  });
}

/** Parses the values of `--compute`: `n=count`, `total=sum:price`, `p95=percentile:price:0.95`. */
export function parseColumns(texts: readonly string[]): Record<string, ComputedColumn> {
  const columns = new Map<string, ComputedColumn>();
  for (const text of texts.flatMap(splitByCommas)) {
    const [, name, operation, operand] = COLUMN.exec(text) ?? [];
    if (name === undefined || operation === undefined) throw malformedColumn(text);
    if (columns.has(name)) throw new CliError(`--compute names two columns ${JSON.stringify(name)}.`);
    columns.set(name, columnOf(operation, operand, text));
  }
  return Object.fromEntries(columns);
}

function columnOf(operation: string, operand: string | undefined, text: string): ComputedColumn {
  if (operand === undefined && operation === 'count') return operation;
  if (operand === undefined) throw malformedColumn(text);
  if (operation !== 'percentile') return { [operation]: operand };
  const [, path, fraction] = /^(.+):(\d*\.?\d+)$/s.exec(operand) ?? [];
  if (path === undefined) throw malformedColumn(text);
  return { percentile: [path, Number(fraction)] };
}

function malformedColumn(text: string): CliError {
  const forms = 'n=count, total=sum:price or p95=percentile:price:0.95';
  return new CliError(`--compute ${JSON.stringify(text)} must have the form of ${forms}.`);
}

/** Splits a text at its commas, but not at those after a backslash, which are part of a path. */
function splitByCommas(text: string): string[] {
  return text.match(/(?:\\.|[^,\\])+/gs) ?? [];
}
