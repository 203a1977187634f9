import type { Transaction } from '@haven/database';
import type { RecordChange } from '@haven/dry-run';
import { readJson } from '@haven/kernel';
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
  return text == null ? null : (readJson(text) as JsonObject); // only objects are stored
}

/** Each version is read by its key, because the planner's statistics do not know the rows that were just written. */
const SPOOLED_CHANGES = `
SELECT last.record_id, written.type, written.version, before.data, written.data
FROM (
  SELECT record_id, line FROM (
    SELECT DISTINCT ON (record_id) record_id, line FROM haven.import_lines
    WHERE tenant_id = haven.current_tenant() AND import_id = $2 ORDER BY record_id, line DESC
  ) AS each ORDER BY line LIMIT $3
) AS last
CROSS JOIN LATERAL (
  SELECT type, version, data FROM haven.events
  WHERE tenant_id = haven.current_tenant() AND collection_id = $1 AND record_id = last.record_id
  ORDER BY version DESC LIMIT 1
) AS written
LEFT JOIN LATERAL (
  SELECT data FROM haven.events
  WHERE tenant_id = haven.current_tenant() AND collection_id = $1 AND record_id = last.record_id
    AND version = written.version - 1
  LIMIT 1
) AS before ON TRUE
ORDER BY last.line`;
