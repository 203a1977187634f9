import type { Data } from '../../api/types.js';
import type { Column } from '../../columns/columns.js';
import { isObject } from '../../values/diff.js';
import { readJson } from '../../values/document-text.js';
import { parsePath, withValue } from '../../values/path.js';
import { assignCells } from './assignments.js';
import type { Assignment } from './assignments.js';
import { cellTypeOf, readCell } from './cell-types.js';
import { readTable } from './read-table.js';
import type { Table } from './read-table.js';

/** A pasted text: a table, whose columns the user assigns to members, documents, or documents that cannot be stored. */
export type Pasted =
  { kind: 'table'; table: Table } | { kind: 'documents'; documents: Data[] } | { kind: 'refused'; problem: string };

/** Reads a pasted text: cells of a spreadsheet, CSV, a JSON array of objects, an object, or an object on each line. */
export function readPasted(text: string): Pasted {
  const trimmed = text.trim();
  const documents = /^[[{]/.test(trimmed) ? readDocuments(trimmed) : undefined;
  return documents ?? { kind: 'table', table: readTable(text) };
}

function readDocuments(text: string): Pasted | undefined {
  const whole = readJson(text);
  const isWhole = 'value' in whole || whole.isInexact;
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const read = isWhole ? [whole] : lines.map(readJson);
  const values = read.map((one) => ('value' in one ? one.value : undefined));
  const documents = isWhole ? values.flat() : values;
  if (documents.every(isObject)) return { kind: 'documents', documents };
  const problem = read.find((one) => 'problem' in one && one.isInexact);
  return problem && 'problem' in problem ? { kind: 'refused', problem: problem.problem } : undefined;
}

/** Proposes members for the columns: those that the first row names, or those of the schema in their order. */
export function assign(table: Table, columns: readonly Column[], firstRow: 'names' | 'values'): Assignment[] {
  const [first = [], ...rest] = table;
  const rows = firstRow === 'names' ? rest : table;
  const types = first.map((_, index) => cellTypeOf(rows.map((row) => row[index] ?? '')));
  return assignCells(first, { types, columns, shape: 'document', firstRow });
}

/** Returns a document for each row. Empty cells become no members. */
export function documentsOf(rows: Table, assignments: readonly Assignment[]): Data[] {
  const members = assignments.map(({ path, type }) => ({ names: path === '' ? [] : parsePath(path), type }));
  return rows.map((row) =>
    members.reduce<Data>((data, { names, type }, index) => {
      const value = names.length === 0 ? undefined : readCell(row[index] ?? '', type);
      return value === undefined ? data : withValue(data, names, value);
    }, {}),
  );
}
