import { isDeepStrictEqual } from 'node:util';

import type { ClientBase } from 'pg';

import { streamRows } from '@haven/database';
import type { TextRow } from '@haven/database';

import { EventSequenceChecker } from '../domain/event-sequence-checker.js';
import type { LoggedEvent } from '../domain/record-event.js';
import { StoredRecord } from '../domain/stored-record.js';
import { EVENT_COLUMNS, toRecordEvent, RECORD_COLUMNS, toStoredRecord } from './record-rows.js';

/** A difference between the row and the events of a record. */
export interface ProjectionDifference {
  readonly collectionId: number;
  readonly recordId: string;
  readonly version: number;
  readonly what: string;
}

/** The result of a check, which stops at the first difference. */
export interface ProjectionReport {
  readonly records: number;
  readonly events: number;
  readonly difference: ProjectionDifference | null;
}

/**
 * The last event of a record. All events of the record have been checked; `difference` is the first problem that was
 * found, or null.
 */
interface Folded {
  readonly collectionId: number;
  readonly recordId: string;
  readonly last: LoggedEvent;
  readonly events: number;
  readonly difference: ProjectionDifference | null;
}

interface ProjectionRow {
  readonly collectionId: number;
  readonly record: StoredRecord;
}

/**
 * Computes every record of the transaction's tenant from its events and compares the result with the record's row.
 * Takes constant memory, because both are read in the order of their keys. The caller's transaction must be REPEATABLE
 * READ, so that rows and events are read from the same snapshot.
 */
export async function checkProjection(client: ClientBase): Promise<ProjectionReport> {
  const rows = rowsOf(client);
  let row = await rows.next();
  let records = 0;
  let events = 0;
  for await (const folded of foldedOf(client)) {
    events += folded.events;
    if (!row.done && compareKeys(row.value, folded) < 0)
      return { records, events, difference: rowWithoutEvent(row.value) };
    records += 1;
    if (folded.difference) return { records, events, difference: folded.difference };
    const own = !row.done && compareKeys(row.value, folded) === 0 ? row.value : null;
    const what = compare(folded.last, own && own.record);
    if (what !== null)
      return { records, events, difference: { ...recordKeyOf(folded), version: folded.last.version, what } };
    row = await rows.next();
  }
  return { records, events, difference: row.done ? null : rowWithoutEvent(row.value) };
}

/**
 * Selects all events. For the last event of a record, the document is selected too; for each other event, only whether
 * it has a document.
 */
const EVENTS = `
SELECT collection_id, lead(version) OVER line IS NULL, data IS NOT NULL,
  CASE WHEN version > 1 AND lag(version) OVER line IS NULL THEN (
    SELECT f.seq <= c.pruned_through FROM haven.feed AS f
    JOIN haven.collections AS c ON c.tenant_id = f.tenant_id AND c.id = f.collection_id
    WHERE f.tenant_id = haven.current_tenant() AND f.collection_id = e.collection_id
      AND f.record_id = e.record_id AND f.version = e.version
  ) END,
  ${EVENT_COLUMNS.replace('data', 'CASE WHEN lead(version) OVER line IS NULL THEN data END')}
FROM haven.events AS e WHERE tenant_id = haven.current_tenant()
WINDOW line AS (PARTITION BY collection_id, record_id ORDER BY version)
ORDER BY collection_id, record_id, version`;

const ROWS = `
SELECT collection_id, ${RECORD_COLUMNS} FROM haven.records
WHERE tenant_id = haven.current_tenant() ORDER BY collection_id, id`;

async function* foldedOf(client: ClientBase): AsyncGenerator<Folded> {
  let checker = new EventSequenceChecker();
  let events = 0;
  let difference: ProjectionDifference | null = null;
  for await (const row of streamRows(client, 'events', { text: EVENTS, values: [] })) {
    const [collection, isLast, hasDocument, pruned, ...columns] = row;
    const event = toRecordEvent(columns);
    const collectionId = Number(collection);
    const at = { collectionId, recordId: event.recordId };
    const what = checker.next({ ...event, hasDocument: hasDocument === 't' }, pruned === 't');
    if (what !== null) difference ??= { ...at, version: event.version, what };
    events += 1;
    if (isLast !== 't') continue;
    const missing = checker.missing();
    if (missing !== null)
      difference ??= { ...at, version: missing, what: 'its document is missing, but the record was not erased' };
    yield { ...at, last: event, events, difference };
    [checker, events, difference] = [new EventSequenceChecker(), 0, null];
  }
}

async function* rowsOf(client: ClientBase): AsyncGenerator<ProjectionRow, undefined> {
  for await (const row of streamRows(client, 'rows', { text: ROWS, values: [] })) yield rowOf(row);
  return undefined;
}

function rowOf([collectionId, ...columns]: TextRow): ProjectionRow {
  return { collectionId: Number(collectionId), record: toStoredRecord(columns) };
}

/**
 * Compares keys in the order in which PostgreSQL sorts them. PostgreSQL compares UUIDs by their bytes, and the texts of
 * UUIDs sort in the same order.
 */
function compareKeys(row: ProjectionRow, { collectionId, recordId }: Folded): number {
  if (row.collectionId !== collectionId) return row.collectionId - collectionId;
  if (row.record.id === recordId) return 0;
  return row.record.id < recordId ? -1 : 1;
}

function recordKeyOf({ collectionId, recordId }: Folded): { collectionId: number; recordId: string } {
  return { collectionId, recordId };
}

function rowWithoutEvent({ collectionId, record }: ProjectionRow): ProjectionDifference {
  return { collectionId, recordId: record.id, version: record.version, what: 'there is a row, but no event' };
}

function compare(last: LoggedEvent, row: StoredRecord | null): string | null {
  const record = StoredRecord.fold([last]);
  if (!row || !record) return 'there are events, but no row';
  if (row.version !== record.version) return `the row is at version ${row.version}`;
  if (row.createdAt !== record.createdAt) return `the row has the creation time ${row.createdAt}`;
  if (row.updatedAt !== record.updatedAt) return `the row has the update time ${row.updatedAt}`;
  return isDeepStrictEqual(row.data, record.data) ? null : 'the row has a different document';
}
