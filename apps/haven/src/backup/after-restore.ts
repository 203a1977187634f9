import type { ClientBase } from 'pg';

/**
 * Prepares restored rows for a server, as the owner of the tables. The number of the next index is not in a backup, and
 * neither are the documents of searches: the server builds them anew, because no PostgreSQL has the version 0.
 */
export async function prepareRestored(client: ClientBase): Promise<void> {
  for (const table of TABLES) await client.query(`ALTER TABLE haven.${table} NO FORCE ROW LEVEL SECURITY`);
  await client.query(`UPDATE haven.collections SET search = search || '{"builtWith": 0}' WHERE search IS NOT NULL`);
  await client.query(NEXT_INDEX);
  for (const table of TABLES) await client.query(`ALTER TABLE haven.${table} FORCE ROW LEVEL SECURITY`);
}

/** The tables that are read or changed; row security applies to their owner too. */
const TABLES = ['collections', 'index_builds'];

/** Numbers are never reused, so this is after those of all indexes that have been declared or are being dropped. */
const NEXT_INDEX = `
SELECT setval('haven.index_ids', greatest(
  (SELECT last_value FROM haven.index_ids),
  (SELECT max((index->>'id')::integer) FROM haven.collections, jsonb_array_elements(declared_indexes) AS index),
  (SELECT max((search->>'id')::integer) FROM haven.collections),
  (SELECT max(index_id) FROM haven.index_builds)
))`;
