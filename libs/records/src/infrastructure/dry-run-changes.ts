import type { Transaction } from '@haven/database';
import type { RecordChange } from '@haven/dry-run';
import type { EventType, JsonObject } from '@haven/kernel';

import { documentPatch } from '../domain/patch/document-patch.js';
import type { RecordEvent } from '../domain/record-event.js';
import type { WrittenCollection } from '../domain/record-store.js';

/** Returns the change that an event makes, for the report of a dry run. */
export function changeOf(collection: string, event: RecordEvent): RecordChange {
  const { recordId: id, type, version, previous, data, cause = null } = event;
  return { collection, id, type, version, patch: documentPatch(previous?.data ?? null, data), cause };
}

/** Returns the changes that an import has made in the open transaction, in the order of its lines. */
export async function spooledChanges(
  transaction: Transaction,
  { id, name }: WrittenCollection,
  importId: string,
  limit: number,
): Promise<RecordChange[]> {
  const [rows = []] = await transaction.pipeline([
    { name: 'records.spooled.changes', text: SPOOLED_CHANGES, values: [id, importId, limit] },
  ]);
  return rows.map(([recordId, type, version, before, after]) => ({
    collection: name,
    id: recordId ?? '',
    type: type as EventType, // the constraint of the table
    version: Number(version),
    patch: documentPatch(parsed(before), parsed(after)),
    cause: null,
  }));
}

function parsed(text: string | null | undefined): JsonObject | null {
  return text == null ? null : (JSON.parse(text) as JsonObject); // only objects are stored
}

const SPOOLED_CHANGES = `
SELECT r.id, e.type, r.version, before.data, r.data
FROM (
  SELECT DISTINCT ON (record_id) record_id, line FROM haven.import_lines
  WHERE tenant_id = haven.current_tenant() AND import_id = $2 ORDER BY record_id, line DESC
) AS last
JOIN haven.records AS r
  ON r.tenant_id = haven.current_tenant() AND r.collection_id = $1 AND r.id = last.record_id
JOIN haven.events AS e
  ON e.tenant_id = haven.current_tenant() AND e.collection_id = $1 AND e.record_id = r.id AND e.version = r.version
LEFT JOIN haven.events AS before
  ON before.tenant_id = haven.current_tenant() AND before.collection_id = $1 AND before.record_id = r.id
  AND before.version = r.version - 1
ORDER BY last.line LIMIT $3`;
