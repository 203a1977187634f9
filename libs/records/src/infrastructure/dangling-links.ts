import type { Reference } from '@haven/collections';
import type { JsonObject, JsonValue } from '@haven/kernel';

import { isRecordId, linkedValues } from '../domain/links.js';

/** A value of a reference that is not the id of a live record of its target. */
export interface DanglingLink {
  /** Id of the record that has the value. */
  readonly record: string;
  readonly value: JsonValue;
}

/** Returns those of the ids that no live record has. */
export type FindMissing = (ids: readonly string[]) => Promise<readonly string[]>;

/**
 * Returns the values of a reference in the records that are not ids of live records. `findMissing` looks for the target
 * and is called at most once.
 */
export async function danglingLinks(
  records: readonly { readonly id: string; readonly data: JsonObject }[],
  reference: Reference,
  findMissing: FindMissing,
): Promise<DanglingLink[]> {
  const links = records.flatMap(({ id, data }) =>
    linkedValues(reference, data).map(({ value }) => ({ record: id, value })),
  );
  const ids = new Set(links.flatMap(({ value }) => (isRecordId(value) ? value : [])));
  const missing = new Set(ids.size === 0 ? [] : await findMissing([...ids]));
  return links.filter(({ value }) => !isRecordId(value) || missing.has(value));
}

/** Selects those of the ids `$2` that no live record of the collection `$1` has. */
export const MISSING_RECORDS = `
SELECT w.id FROM unnest($2::uuid[]) AS w (id) WHERE NOT EXISTS (
  SELECT FROM haven.records AS r
  WHERE r.tenant_id = haven.current_tenant() AND r.collection_id = $1 AND r.id = w.id AND r.data IS NOT NULL
  OFFSET 0
)`;
