import type { CollectionView } from '../../api/types.js';
import type { Column } from '../../columns/columns.js';
import { parsePath, printPath } from '../../values/path.js';
import type { Cell } from '../files/item.js';
import { declaredCellType } from '../tables/cell-types.js';
import type { CellType } from '../tables/cell-types.js';
import type { Assignment } from '../tables/pasted-rows.js';
import type { Decimal } from './column-stats.js';
import type { Scan } from './scan.js';

/** How a file becomes records. */
export interface ImportPlan {
  /** Whether the items are records with id and data, or documents of new records. */
  shape: 'record' | 'document';
  /** The unique index by which records are found that are replaced; null creates a record for each document. */
  upsertBy: string | null;
  /** Whether bad lines are skipped, or nothing is imported if there is one. */
  mode: 'skip' | 'atomic';
  /** CSV: whether the first row has the names of the columns. */
  firstRow: 'names' | 'values';
  /** CSV: what becomes of each column. */
  assignments: readonly Assignment[];
  decimal: Decimal;
  /** CSV: what becomes of an empty cell. */
  empty: 'missing' | 'null';
}

/** Proposes how to import a file. */
export function proposePlan(scan: Scan, columns: readonly Column[], firstRow: ImportPlan['firstRow']): ImportPlan {
  const { shape, decimal, sample, types } = scan;
  return {
    shape,
    upsertBy: null,
    mode: 'skip',
    firstRow,
    assignments: assignCells(sample[0]?.cells ?? [], { types, columns, shape, firstRow }),
    decimal,
    empty: 'missing',
  };
}

/**
 * Whether records of the file can refer to each other. A record that refers to one in a later part of the file is
 * refused, and a dry run does not know the records of earlier parts either.
 */
export function canLinkWithin({ name, references }: CollectionView, { shape }: Pick<ImportPlan, 'shape'>): boolean {
  return shape === 'record' && references.some(({ collection }) => collection === name);
}

/** Returns the member that more than one column would set; undefined if there is none. */
export function sharedMember(assignments: readonly Assignment[]): string | undefined {
  const members = assignments.flatMap(({ path }) => (path === '' ? [] : [{ path, names: parsePath(path) }]));
  const counts = new Map<string, number>();
  for (const { names } of members) {
    const key = JSON.stringify(names);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const isShared = (names: readonly string[]): boolean =>
    names.some((_, index) => {
      const count = counts.get(JSON.stringify(names.slice(0, index + 1))) ?? 0;
      return count > (index === names.length - 1 ? 1 : 0);
    });
  return members.find(({ names }) => isShared(names))?.path;
}

interface AssignInput {
  types: readonly CellType[];
  columns: readonly Column[];
  shape: ImportPlan['shape'];
  firstRow: ImportPlan['firstRow'];
}

/** Proposes members for the columns of a table. A type of the schema goes before the one that the cells have. */
export function assignCells(first: readonly Cell[], { types, columns, shape, firstRow }: AssignInput): Assignment[] {
  return first.map((cell, index) => {
    const name = cell?.trim() ?? '';
    const found = types[index] ?? 'text';
    if (shape === 'record') return recordAssignment(name, found, columns);
    const column = firstRow === 'names' ? columnOf(name, columns) : columns[index];
    const path = column?.path ?? (firstRow === 'names' && name !== '' ? printPath([name]) : '');
    return { path, type: declaredCellType(column?.type) ?? found };
  });
}

function recordAssignment(name: string, found: CellType, columns: readonly Column[]): Assignment {
  if (name === 'id') return { path: 'id', type: 'text' };
  if (!name.startsWith('data.')) return { path: '', type: 'text' }; // the server sets version and times
  const member = name.slice('data.'.length);
  const column = columnOf(member, columns);
  return {
    path: `data.${column?.path ?? printPath([member])}`,
    type: declaredCellType(column?.type) ?? found,
  };
}

function columnOf(name: string, columns: readonly Column[]): Column | undefined {
  const lower = name.toLowerCase();
  return (
    columns.find(({ path }) => path === name) ??
    columns.find(({ path, label }) => path.toLowerCase() === lower || label.toLowerCase() === lower)
  );
}
