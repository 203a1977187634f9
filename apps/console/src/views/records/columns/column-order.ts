import { hiddenColumns } from '../../../columns/columns.js';
import type { Column } from '../../../columns/columns.js';
import { ownValue } from '../../../values/own-value.js';

/** Which columns of a collection the user wants to see, and in which order. */
export interface ColumnSettings {
  /** Paths in their order. Columns that are not in it keep their places after them. */
  order: readonly string[];
  /** Whether a column is shown, by its path. */
  shown: Readonly<Record<string, boolean>>;
  /** Widths in pixels, by path. */
  widths: Readonly<Record<string, number>>;
}

/** Returns all columns in the order of the settings. The id is always the first one. */
export function ordered(columns: readonly Column[], { order }: ColumnSettings): Column[] {
  const position = new Map(order.map((path, index) => [path, index]));
  const [id, ...others] = columns;
  const known = others
    .filter(({ path }) => position.has(path))
    .toSorted((one, other) => (position.get(one.path) ?? 0) - (position.get(other.path) ?? 0));
  const added = others.filter(({ path }) => !position.has(path));
  return [...(id ? [id] : []), ...known, ...added];
}

/** Returns whether each column is shown, by its path. */
export function visibility(columns: readonly Column[], { shown }: ColumnSettings): Record<string, boolean> {
  const hidden = new Set(hiddenColumns(columns));
  return Object.fromEntries(
    columns.map(({ path }) => [path, path === '$id' || (ownValue(shown, path) ?? !hidden.has(path))]),
  );
}

/** Returns the order after a column was moved up (-1) or down (1). */
export function moved(columns: readonly Column[], path: string, by: -1 | 1): string[] {
  const paths = columns.map((column) => column.path).filter((other) => other !== '$id');
  const from = paths.indexOf(path);
  const to = from + by;
  if (from < 0 || to < 0 || to >= paths.length) return paths;
  return paths.toSpliced(from, 1).toSpliced(to, 0, path);
}
