import type { Column } from '../../../columns/columns.js';

/** A field by which the list is sorted. */
export interface SortField {
  path: string;
  isDescending: boolean;
}

/** A field of a sort, as the API takes it. */
export type SentSortField = string | { path: string; type: 'dateTime' };

/** Reads a sort as a URL has it: paths joined by commas, with `-` for descending order. */
export function parseSort(text: string): SortField[] {
  return (text.match(/(?:\\.|[^\\,])+/gsu) ?? []).map((field) =>
    field.startsWith('-') ? { path: field.slice(1), isDescending: true } : { path: field, isDescending: false },
  );
}

export function printSort(fields: readonly SortField[]): string {
  return fields.map(printField).join(',');
}

/** Returns the sort for a request. Strings of a column of date-times are compared as instants. */
export function sentSort(fields: readonly SortField[], columns: readonly Column[]): SentSortField[] {
  const instants = new Set(
    columns.filter(({ type, names }) => type === 'dateTime' && names.length > 0).map(({ path }) => path),
  );
  return fields.map((field) =>
    instants.has(field.path) ? { path: printField(field), type: 'dateTime' } : printField(field),
  );
}

/** Returns the sort after a click on a column: ascending, then descending, then none. `keep` keeps other columns. */
export function toggled(fields: readonly SortField[], path: string, keep: 'others' | 'none'): SortField[] {
  const current = fields.find((field) => field.path === path);
  const others = keep === 'others' ? fields.filter((field) => field.path !== path) : [];
  if (!current) return [...others, { path, isDescending: false }];
  return current.isDescending ? others : [...others, { path, isDescending: true }];
}

function printField({ path, isDescending }: SortField): string {
  return `${isDescending ? '-' : ''}${path}`;
}
