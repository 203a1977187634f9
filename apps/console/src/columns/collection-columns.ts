import type { CollectionView, RecordView } from '../api/types.js';
import { idColumn } from './columns.js';
import type { Column } from './columns.js';
import { sampleColumns } from './sample-columns.js';
import { schemaColumns } from './schema-columns.js';

/** Members of the record itself, apart from the id. */
const SYSTEM: readonly Column[] = [
  { path: '$version', names: [], label: 'Version', type: 'number', isDeclared: true },
  { path: '$createdAt', names: [], label: 'Created', type: 'dateTime', isDeclared: true },
  { path: '$updatedAt', names: [], label: 'Updated', type: 'dateTime', isDeclared: true },
];

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
