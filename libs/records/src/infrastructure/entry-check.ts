import type { ClientBase } from 'pg';

import type { DeclaredIndex } from '@haven/collections';
import { indexNameOf } from '@haven/collections';

/** A collection with the indexes whose entries writers maintain. */
interface IndexedCollection {
  readonly id: number;
  readonly name: string;
  readonly indexes: readonly DeclaredIndex[];
}

/** How the keys of an index, which its records have, compare with the entries. */
interface KeyCounts {
  readonly index: number;
  /** Whether the entries are those of unique values. */
  readonly unique: boolean;
  /** Number of keys that have an entry. */
  readonly present: number;
  /** A record with a key that has none, or null. */
  readonly missing: string | null;
}

/** The number of entries of an index. */
interface EntryCount {
  readonly collection: number;
  readonly index: number;
  readonly unique: boolean;
  readonly entries: number;
}

/**
 * Compares the entries of all declared indexes with the keys that the records of the transaction's tenant have, and
 * returns the first difference as a sentence. Takes constant memory. An index that is being built may lack entries, and
 * one that is being dropped may have some. The caller's transaction must be REPEATABLE READ.
 */
export async function checkEntries(client: ClientBase): Promise<string | null> {
  const { rows: counts } = await client.query<EntryCount>(ENTRIES);
  const { rows: collections } = await client.query<IndexedCollection>(COLLECTIONS);
  for (const collection of collections) {
    const difference = await checkCollection(client, collection, counts);
    if (difference !== null) return difference;
  }
  return undeclared(client, collections, counts);
}

async function checkCollection(
  client: ClientBase,
  { id, name, indexes }: IndexedCollection,
  counts: readonly EntryCount[],
): Promise<string | null> {
  const { rows } = await client.query<KeyCounts>(KEYS, [id, JSON.stringify(indexes)]);
  for (const index of indexes) {
    const label = `index ${JSON.stringify(indexNameOf(index))} of ${JSON.stringify(name)}`;
    for (const unique of [false, true]) {
      const keys = rows.find((row) => row.index === index.id && row.unique === unique);
      if (index.state === 'ready' && keys?.missing != null)
        return `${label}: record ${keys.missing} has no entry${unique ? ' of its unique value' : ''}.`;
      const own = counts.find((row) => row.collection === id && row.index === index.id && row.unique === unique);
      if ((own?.entries ?? 0) === (keys?.present ?? 0)) continue;
      const { rows: strays } = await client.query<{ id: string }>(strayOf(unique), [
        id,
        index.id,
        JSON.stringify([index]),
      ]);
      return `${label}: record ${strays[0]?.id} has an entry that does not match its document.`;
    }
  }
  return null;
}

/** Returns a sentence about entries of an index that is neither declared nor being dropped, or null. */
async function undeclared(
  client: ClientBase,
  collections: readonly IndexedCollection[],
  counts: readonly EntryCount[],
): Promise<string | null> {
  const { rows: dropped } = await client.query<{ index: number }>(DROPPED);
  const known = new Set([
    ...collections.flatMap(({ indexes }) => indexes.map(({ id }) => id)),
    ...dropped.map(({ index }) => index),
  ]);
  const stray = counts.find(({ index }) => !known.has(index));
  return stray
    ? `collection number ${stray.collection} has entries of index ${stray.index}, which it does not declare.`
    : null;
}

const ENTRIES = `
SELECT collection_id AS collection, index_id AS index, false AS unique, count(*)::float8 AS entries
FROM haven.index_entries WHERE tenant_id = haven.current_tenant() GROUP BY collection_id, index_id
UNION ALL
SELECT collection_id, index_id, true, count(*)::float8
FROM haven.unique_entries WHERE tenant_id = haven.current_tenant() GROUP BY collection_id, index_id`;

const COLLECTIONS = `
SELECT id, name, (
  SELECT jsonb_agg(d ORDER BY d->'id') FROM jsonb_array_elements(declared_indexes) AS d WHERE d->>'state' <> 'failed'
) AS indexes FROM haven.collections
WHERE tenant_id = haven.current_tenant() AND deleted_at IS NULL
  AND (declared_indexes @> '[{"state": "ready"}]' OR declared_indexes @> '[{"state": "building"}]')
ORDER BY id`;

const DROPPED = `
SELECT index_id AS index FROM haven.index_builds WHERE tenant_id = haven.current_tenant() AND task = 'drop'`;

/** Condition that a key \`k\` of the record \`r\` has its entry. */
const HAS_ENTRY = `
CASE WHEN k.is_unique THEN EXISTS (
  SELECT FROM haven.unique_entries AS e
  WHERE e.tenant_id = haven.current_tenant() AND e.collection_id = $1 AND e.index_id = k.index_id
    AND e.hash = k.key AND e.record_id = r.id
) ELSE EXISTS (
  SELECT FROM haven.index_entries AS e
  WHERE e.tenant_id = haven.current_tenant() AND e.collection_id = $1 AND e.index_id = k.index_id
    AND e.key = k.key AND e.record_id = r.id
) END`;

const KEYS = `
SELECT index_id AS index, is_unique AS unique, count(*) FILTER (WHERE found)::float8 AS present,
  min(id::text) FILTER (WHERE NOT found) AS missing
FROM (
  SELECT r.id, k.index_id, k.is_unique, ${HAS_ENTRY} AS found FROM haven.records AS r
  CROSS JOIN LATERAL haven.index_keys($2::jsonb, r.id, r.version, r.data, r.created_at, r.updated_at) AS k
  WHERE r.tenant_id = haven.current_tenant() AND r.collection_id = $1 AND r.data IS NOT NULL
  OFFSET 0
) AS keys GROUP BY index_id, is_unique`;

function strayOf(unique: boolean): string {
  const [table, key] = unique ? ['unique_entries', 'hash'] : ['index_entries', 'key'];
  return `
SELECT e.record_id AS id FROM haven.${table} AS e
WHERE e.tenant_id = haven.current_tenant() AND e.collection_id = $1 AND e.index_id = $2 AND NOT EXISTS (
  SELECT FROM haven.records AS r
  CROSS JOIN LATERAL haven.index_keys($3::jsonb, r.id, r.version, r.data, r.created_at, r.updated_at) AS k
  WHERE r.tenant_id = haven.current_tenant() AND r.collection_id = $1 AND r.id = e.record_id
    AND k.key = e.${key} AND k.is_unique = ${unique}
) LIMIT 1`;
}
