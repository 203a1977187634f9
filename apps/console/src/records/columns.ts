import type { CollectionView, RecordView } from '../api/types.js';
import { sampleColumns } from './sample-columns.js';
import { schemaColumns } from './schema-columns.js';

/** Kind of the values of a column. It decides about the editor and about the operators of filters. */
export type ColumnType = 'text' | 'number' | 'boolean' | 'date' | 'dateTime' | 'choice' | 'reference' | 'json' | 'any';

/** A column of the grid: a member of the records' data, or a member of the record itself. */
export interface Column {
  /** Path as filters and sorts have it; also identifies the column. */
  path: string;
  /** Names of which the path consists; empty for a member of the record itself. */
  names: readonly string[];
  label: string;
  type: ColumnType;
  /** Whether the type is from the schema. Otherwise it is a guess from a sample. */
  isDeclared: boolean;
  choices?: readonly unknown[];
  /** Collection to which a reference leads. */
  target?: string;
}

export const idColumn: Column = { path: '$id', names: [], label: 'Id', type: 'text', isDeclared: true };

/** Members of the record itself, apart from the id. */
const SYSTEM: readonly Column[] = [
  { path: '$version', names: [], label: 'Version', type: 'number', isDeclared: true },
  { path: '$createdAt', names: [], label: 'Created', type: 'dateTime', isDeclared: true },
  { path: '$updatedAt', names: [], label: 'Updated', type: 'dateTime', isDeclared: true },
];

/** Number of columns that are shown unless the user chooses others. */
const SHOWN = 12;

/** Returns the columns of a collection: those of its schema, and those of a sample that the schema does not have. */
export function columnsOf(collection: CollectionView, sample: readonly Pick<RecordView, 'data'>[]): Column[] {
  const declared = schemaColumns(collection);
  const known = new Set(declared.map(({ path }) => path));
  const found = sampleColumns(sample).filter(({ path }) => ![...known].some((other) => isWithin(path, other)));
  return [idColumn, ...declared, ...found, ...SYSTEM];
}

/** Whether a path is another one, or leads into it, or is on the way to it. */
function isWithin(path: string, other: string): boolean {
  return path === other || path.startsWith(`${other}.`) || other.startsWith(`${path}.`);
}

/** Paths of the columns that are hidden unless the user shows them. */
export function hiddenColumns(columns: readonly Column[]): string[] {
  const members = columns.filter(({ names }) => names.length > 0);
  return [...members.slice(SHOWN).map(({ path }) => path), '$version', '$createdAt'];
}
