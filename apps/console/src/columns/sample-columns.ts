import type { RecordView } from '../api/types.js';
import { isObject } from '../values/diff.js';
import { printPath } from '../values/path.js';
import type { Column, ColumnType } from './columns.js';

/** Most columns of a sample; documents with more members are shown in part. */
const MOST = 200;
/** Objects with at most this number of different members are shown as one column for each. */
const FLAT = 8;

/** Members that are shown first. */
const NAMES = ['name', 'title', 'label', 'subject', 'email'];

/** Returns a column for each member of the documents of a sample. */
export function sampleColumns(sample: readonly Pick<RecordView, 'data'>[]): Column[] {
  const columns = membersOf(
    sample.map(({ data }) => data),
    [],
  );
  // PostgreSQL returns short names first, but people recognize a record by its name.
  const first = NAMES.flatMap((name) =>
    columns.filter(({ path, type }) => path.toLowerCase() === name && type === 'text'),
  );
  return [...new Set([...first, ...columns])].slice(0, MOST);
}

/**
 * Returns a column with the type of the value in one of its cells, if no schema says the type: an edit of the cell
 * keeps it. An empty cell has the type that is guessed for the column.
 */
export function columnOfCell(column: Column, value: unknown): Column {
  const isTyped = column.isDeclared && column.type !== 'any';
  if (isTyped || value === undefined || value === null) return column;
  return { ...column, type: typeOf([value]), isDeclared: true };
}

function membersOf(documents: readonly object[], above: readonly string[]): Column[] {
  const values = new Map<string, unknown[]>();
  for (const [name, value] of documents.flatMap((document) => Object.entries(document).slice(0, MOST))) {
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  return [...values].flatMap(([name, found]) => {
    const names = [...above, name];
    const objects = found.filter(isObject);
    if (above.length === 0 && objects.length > 0 && found.every((value) => value === null || isObject(value))) {
      const inner = membersOf(objects, names);
      if (inner.length > 0 && inner.length <= FLAT) return inner;
    }
    return [{ path: printPath(names), names, label: names.join('.'), type: typeOf(found), isDeclared: false }];
  });
}

/** Returns the type of a column with these values. */
function typeOf(values: readonly unknown[]): ColumnType {
  const types = new Set(values.filter((value) => value !== null).map((value) => typeof value));
  const [type] = types;
  if (types.size !== 1) return 'any';
  if (type === 'string') return 'text';
  if (type === 'number' || type === 'boolean') return type;
  return 'json';
}
