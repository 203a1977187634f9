import type { Data } from '../../api/types.js';
import { parsePath } from '../../values/path.js';
import { readOrder } from './ask-state.js';
import type { Ask, ComputedColumn, GroupField, HavingCondition } from './ask-state.js';

/** Returns the body of the request for an aggregate. */
export function bodyOf(ask: Ask): Data {
  const groups = ask.groups.filter(({ path }) => path !== '');
  const names = groupNames(groups);
  const columns = columnNames(ask.columns);
  const having = havingOf(ask.having, columns);
  const keys = ask.groups.map((group) => names[groups.indexOf(group)]); // undefined for a group without a path
  const sort = sortOf(ask.sort, keys, columns);
  return {
    ...(Object.keys(ask.filter).length > 0 && { filter: ask.filter }),
    ...(groups.length > 0 && { groupBy: groups.map((group, index) => groupOf(group, names[index] ?? group.path)) }),
    compute: Object.fromEntries(ask.columns.map((column, index) => [columns[index], functionOf(column)])),
    ...(having && { having }),
    ...(sort !== undefined && { sort }),
    limit: ask.limit,
    ...(ask.asOf !== null && { asOf: ask.asOf }),
  };
}

/** Names of the groups in the result: their paths, unless one is used twice. */
export function groupNames(groups: readonly GroupField[]): string[] {
  return groups.map(({ path }, index) =>
    groups.findIndex((other) => other.path === path) < index ? `${path} ${index + 1}` : path,
  );
}

/** Names of the computed columns in the result. */
export function columnNames(columns: readonly ComputedColumn[]): string[] {
  const names: string[] = [];
  for (const { fn, path, fraction } of columns) {
    const percent = fn === 'percentile' ? String(Math.round(fraction * 1_000) / 10) : '';
    const plain = `${fn}${percent}${path === '' ? '' : `_${path}`}`.replaceAll(/\W+/g, '_').slice(0, 60);
    names.push(names.includes(plain) ? `${plain}_${names.length + 1}` : plain);
  }
  return names;
}

/** Returns the heading of a computed column. */
export function columnLabel({ fn, path, fraction }: ComputedColumn): string {
  const of = path === '' ? '' : ` of ${path.startsWith('$') ? path : parsePath(path).join('.')}`;
  switch (fn) {
    case 'count':
      return path === '' ? 'Records' : `Count${of}`;
    case 'avg':
      return `Average${of}`;
    case 'distinct':
      return `Distinct values${of}`;
    case 'percentile':
      return fraction === 0.5 ? `Median${of}` : `Percentile ${Math.round(fraction * 1_000) / 10}${of}`;
    case 'sum':
      return `Sum${of}`;
    default:
      return `${fn === 'min' ? 'Minimum' : 'Maximum'}${of}`;
  }
}

function groupOf({ path, bucket, timeZone }: GroupField, name: string): unknown {
  if (bucket === null && name === path) return path;
  return {
    path,
    ...(bucket !== null && { bucket }),
    ...(bucket !== null && timeZone !== 'UTC' && timeZone !== '' && { timeZone }),
    ...(name !== path && { name }),
  };
}

function functionOf({ fn, path, fraction }: ComputedColumn): unknown {
  if (fn === 'count' && path === '') return 'count';
  return { [fn]: fn === 'percentile' ? [path, fraction] : path };
}

function havingOf(conditions: readonly HavingCondition[], columns: readonly string[]): Data | null {
  const parts = conditions.flatMap(({ column, comparison, value }) => {
    const name = columns[column];
    return name === undefined || value.trim() === '' ? [] : [{ [name]: { [comparison]: operandOf(value) } }];
  });
  if (parts.length === 0) return null;
  return parts.length === 1 ? (parts[0] ?? null) : { _and: parts };
}

/** A number if the text is one, otherwise the text: the least value of a group may be a text. */
function operandOf(text: string): unknown {
  const number = Number(text);
  return text.trim() !== '' && Number.isFinite(number) ? number : text;
}

function sortOf(
  sort: string,
  groups: readonly (string | undefined)[],
  columns: readonly string[],
): readonly string[] | undefined {
  const order = readOrder(sort);
  const name = order && (order.kind === 'key' ? groups : columns)[order.index];
  return order && name !== undefined ? [`${order.sign}${name}`] : undefined;
}
