import type { Column } from '../../columns/columns.js';
import { parsePath, printPath } from '../../values/path.js';
import type { Cell } from '../files/item.js';
import { declaredCellType } from './cell-types.js';
import type { CellType } from './cell-types.js';

/** The member that a column of a table is assigned to. */
export interface Assignment {
  /** Path of the member; empty if the column is left out. */
  path: string;
  type: CellType;
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
  /** Types of the cells of each column. */
  types: readonly CellType[];
  columns: readonly Column[];
  /** Whether the rows are records with id and data, or documents. */
  shape: 'record' | 'document';
  /** Whether the first row has the names of the columns. */
  firstRow: 'names' | 'values';
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
