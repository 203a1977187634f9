import { ADVISORY_LOCKS, DatabaseClient, ownerConnection, tryAdvisoryLock } from '@haven/database';
import type { DatabaseAddress } from '@haven/database';
import { sqlState } from '@haven/kernel';

/** Maximum time that dropping an index waits for transactions that use the table. */
const LOCK_TIMEOUT = '5s';

const LOCK_NOT_AVAILABLE = '55P03';

/** Counts of the indexes on `haven.records` that only the previous release uses. */
export interface OldIndexes {
  readonly dropped: number;
  /** Number of indexes that a later migration has to drop. */
  readonly left: number;
}

/**
 * Drops the indexes on `haven.records` that the previous release uses for queries: one for each declared index, and
 * one over the documents of all tenants. Drops none while an index that a collection declares is being built, because
 * its queries have no other one. Does not block readers and writers.
 */
export async function dropOldIndexes(address: DatabaseAddress): Promise<OldIndexes> {
  const client = new DatabaseClient(ownerConnection(address));
  client.on('error', () => undefined); // a broken connection also fails the query, which reports the error
  try {
    await client.connect();
    const { rows } = await client.query<{ name: string; isNeeded: boolean }>(OLD);
    const left = { dropped: 0, left: rows.length };
    if (rows.length === 0 || rows[0]?.isNeeded) return left;
    if (!(await tryAdvisoryLock(client, ADVISORY_LOCKS.indexBuild))) return left; // the previous release builds one
    await client.query(`SET lock_timeout = '${LOCK_TIMEOUT}'`);
    const dropped = await dropAll(
      client,
      rows.map(({ name }) => name),
    );
    return { dropped, left: rows.length - dropped };
  } finally {
    await client.end().catch(() => undefined); // the connection may never have been opened
  }
}

/** Returns how many of the indexes were dropped before a transaction took too long. */
async function dropAll(client: DatabaseClient, names: readonly string[]): Promise<number> {
  let dropped = 0;
  for (const name of names) {
    try {
      await client.query(`DROP INDEX CONCURRENTLY IF EXISTS haven.${name}`);
    } catch (error) {
      if (sqlState(error) === LOCK_NOT_AVAILABLE) return dropped;
      throw error;
    }
    dropped += 1;
  }
  return dropped;
}

/** Selects the old indexes. \`records_data\` is still needed if its replacement could not be built. */
const OLD = `
SELECT c.relname AS name, EXISTS (
  SELECT FROM haven.collections WHERE deleted_at IS NULL AND declared_indexes @> '[{"state": "building"}]'
) AS "isNeeded"
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
WHERE i.indrelid = 'haven.records'::regclass AND (c.relname ~ '^records_c[0-9]+_' OR c.relname = 'records_data' AND EXISTS (
  SELECT FROM pg_index WHERE indexrelid = to_regclass('haven.records_scoped') AND indisvalid
))
ORDER BY c.relname`;
