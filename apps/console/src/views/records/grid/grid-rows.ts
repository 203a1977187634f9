import type { Data, RecordView } from '../../../api/types.js';
import type { Column } from '../../../columns/columns.js';
import type { Draft } from '../../../edits/drafts/draft.js';
import { isEqual } from '../../../values/diff.js';
import { valueAt, withValue } from '../../../values/path.js';

/** A row of the grid: a record with the changes that the user has made to it, or a record that was not created yet. */
export interface GridRow {
  id: string;
  /** The record as it is stored; null if it was not created yet. */
  record: RecordView | null;
  draft: Draft | undefined;
  /** The document with the changes. */
  data: Data;
}

/** Whether a row was changed. `conflict`: the record has been changed by others since the edit began. */
export type RowState = 'stored' | 'new' | 'changed' | 'deleted' | 'conflict';

/** Returns the rows of a list: first the new records, and then the stored ones. */
export function gridRows(records: readonly RecordView[], drafts: readonly Draft[]): GridRow[] {
  const byId = new Map(drafts.map((draft) => [draft.id, draft]));
  const stored = records.map((record): GridRow => {
    const draft = byId.get(record.id);
    if (!draft) return storedRow(record);
    return { id: record.id, record, draft, data: 'data' in draft ? draft.data : record.data };
  });
  const listed = new Set(records.map(({ id }) => id));
  const created = drafts.flatMap((draft): GridRow[] =>
    draft.op === 'create' && !listed.has(draft.id) ? [{ id: draft.id, record: null, draft, data: draft.data }] : [],
  );
  return [...created, ...stored];
}

/** The rows of records without a draft. A row that stays the same object is not rendered again. */
const storedRows = new WeakMap<RecordView, GridRow>();

function storedRow(record: RecordView): GridRow {
  const known = storedRows.get(record);
  if (known) return known;
  const row: GridRow = { id: record.id, record, draft: undefined, data: record.data };
  storedRows.set(record, row);
  return row;
}

export function stateOf({ record, draft }: GridRow): RowState {
  if (!draft) return 'stored';
  if (draft.op === 'create') return record ? 'conflict' : 'new';
  if (record && record.version !== draft.base.version) return 'conflict';
  return draft.op === 'delete' ? 'deleted' : 'changed';
}

/** Returns the value of a row in a column. */
export function valueOf({ record, data, id }: GridRow, { path, names }: Column): unknown {
  if (names.length > 0) return valueAt(data, names);
  if (path === '$id') return id;
  if (path === '$version') return record?.version;
  return path === '$createdAt' ? record?.createdAt : record?.updatedAt;
}

/** Whether the user has changed the value of a row in a column. */
export function isChanged({ draft, data }: GridRow, { names }: Column): boolean {
  return draft?.op === 'update' && names.length > 0 && !isEqual(valueAt(data, names), valueAt(draft.base.data, names));
}

/** Whether a cell can be changed. */
export function isEditable({ draft }: GridRow, { names }: Column): boolean {
  return names.length > 0 && draft?.op !== 'delete';
}

/** Returns the change of a record after a new value in a column; null if the record is then as it was. */
export function draftWith(row: GridRow, names: readonly string[], value: unknown, collection: string): Draft | null {
  const { id, record, draft } = row;
  const data = withValue(row.data, names, value);
  if (draft?.op === 'create' || !record) return { collection, id, op: 'create', data };
  const base = draft?.base ?? { version: record.version, data: record.data };
  return isEqual(data, base.data) ? null : { collection, id, op: 'update', base, data };
}

/**
 * Returns a row as it was when an edit began, with the draft of the record as it is now, which another tab may have
 * changed. The change of the cell is thus based on the version that the user has seen.
 */
export function rowSince({ id, record, data }: GridRow, draft: Draft | undefined): GridRow {
  return { id, record, draft, data: draft && 'data' in draft ? draft.data : (record?.data ?? data) };
}

/** Returns the draft that deletes the record of a row; null if the record was not created yet. */
export function deletionOf({ id, record, draft }: GridRow, collection: string): Draft | null {
  if (!record) return null;
  const base = draft && 'base' in draft ? draft.base : { version: record.version, data: record.data };
  return { collection, id, op: 'delete', base };
}
