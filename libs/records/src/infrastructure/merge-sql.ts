import type { RecordMerge } from '../domain/record-store.js';

/**
 * Merges patches into the documents of records, and writes the rows and their events. A row is not written if the
 * record does not exist, if it has another version than the given one, or if its document might exceed a limit (`$8`
 * bytes, or something at the path `$9`); no row is written if the collection has changed. PostgreSQL evaluates all of
 * this again for a row that changes in the meantime, so no change is lost.
 *
 * `$3` is also a condition on the rows, because PostgreSQL could otherwise read all records of the collection to join
 * them with the patches.
 */
export const MERGE = `
WITH stored AS (
  UPDATE haven.records AS r SET
    version = r.version + 1,
    data = (r.data || p.set) - p.removed::text[],
    updated_at = greatest(now(), r.updated_at)
  FROM unnest($3::uuid[], $4::jsonb[], $5::text[], $6::text[], $7::text[], $10::integer[])
    AS p (id, set, removed, actor, trace_id, version)
  WHERE r.tenant_id = haven.current_tenant() AND r.collection_id = $1 AND r.id = ANY($3) AND r.id = p.id
    AND r.data IS NOT NULL AND (p.version IS NULL OR p.version = r.version)
    AND octet_length(((r.data || p.set) - p.removed::text[])::text) <= $8::integer
    AND NOT jsonb_path_exists(r.data, $9::jsonpath)
    AND EXISTS (
      SELECT FROM haven.collections
      WHERE tenant_id = haven.current_tenant() AND id = $1 AND revision = $2 AND deleted_at IS NULL
    ) AND current_setting('haven.held', true) IS DISTINCT FROM 'false'
  RETURNING r.id, r.version, r.data, r.created_at, r.updated_at, p.actor, p.trace_id
), logged AS (
  INSERT INTO haven.events (collection_id, record_id, version, type, data, actor, trace_id, created_at, at)
  SELECT $1, id, version, 'record.updated', data, actor, trace_id, created_at, updated_at FROM stored
)
SELECT id, version, data, created_at, updated_at FROM stored`;

/** Returns a path that finds containers nested more deeply than `maxDepth`, and arrays of `maxElements` or more. */
export function excessPath({ maxDepth, maxElements }: Pick<RecordMerge, 'maxDepth' | 'maxElements'>): string {
  const containers = `$.**{${maxDepth}} ? (@.type() == "object" || @.type() == "array")`;
  if (maxElements === undefined) return `strict ${containers}`;
  return `strict $ ? (exists(${containers}) || exists($.** ? (@.type() == "array" && @.size() >= ${maxElements})))`;
}

/** Returns the text of an array of names, as PostgreSQL reads it. An array of arrays would need equal lengths. */
export function namesText(names: readonly string[]): string {
  return `{${names.map((name) => `"${name.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
