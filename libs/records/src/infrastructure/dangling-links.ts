import type { Reference } from '@haven/collections';
import type { JsonObject } from '@haven/kernel';

import { isRecordId, linkedValues } from '../domain/links.js';

/** Returns those of the ids that no live record of the collection has. */
export type FindMissing = (collectionId: number, ids: readonly string[]) => Promise<ReadonlySet<string>>;

/**
 * Returns the ids of the records that have a value in a reference that is not the id of a live record of the collection
 * `target`: once for each such value. Calls `findMissing` at most once.
 */
export async function danglingLinks(
  records: readonly { readonly id: string; readonly data: JsonObject }[],
  reference: Reference,
  target: number,
  findMissing: FindMissing,
): Promise<string[]> {
  const values = records.flatMap(({ id, data }) => linkedValues(reference, data).map(({ value }) => ({ id, value })));
  const ids = new Set(values.flatMap(({ value }) => (isRecordId(value) ? value : [])));
  const missing = ids.size === 0 ? ids : await findMissing(target, [...ids]);
  return values.filter(({ value }) => !isRecordId(value) || missing.has(value)).map(({ id }) => id);
}

/** Selects those of the ids `$2` that no live record of the collection `$1` has. */
export const MISSING_RECORDS = `
SELECT w.id FROM unnest($2::uuid[]) AS w (id) WHERE NOT EXISTS (
  SELECT FROM haven.records AS r
  WHERE r.tenant_id = haven.current_tenant() AND r.collection_id = $1 AND r.id = w.id AND r.data IS NOT NULL
  OFFSET 0
)`;
