import type { ClientBase } from 'pg';

/**
 * Share of the lock table that statements on `haven.records` may occupy with locks on declared indexes. The rest is for
 * the other indexes and tables, and for other databases of the same server.
 */
const SHARE = 0.5;

/** The number of declared indexes, and the values that limit it. */
export interface IndexLoad {
  /** Number of declared indexes that exist in the database, including those that are being built. */
  readonly existing: number;
  /** Settings of the server: `max_locks_per_transaction`, `max_connections`, `max_prepared_transactions`. */
  readonly locksPerTransaction: number;
  readonly connections: number;
  readonly preparedTransactions: number;
  /** Number of clients that are connected to the database now. */
  readonly connected: number;
}

/**
 * Selects an {@link IndexLoad} as one row. The catalog is readable by every role and not under row security, so the
 * indexes of all tenants are counted.
 */
export const INDEX_LOAD = `
SELECT count(*)::integer AS existing,
  current_setting('max_locks_per_transaction')::integer AS "locksPerTransaction",
  current_setting('max_connections')::integer AS connections,
  current_setting('max_prepared_transactions')::integer AS "preparedTransactions",
  (SELECT count(*)::integer FROM pg_stat_activity
   WHERE datname = current_database() AND backend_type = 'client backend') AS connected
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
WHERE i.indrelid = 'haven.records'::regclass AND c.relname ~ '^records_c[0-9]+_'`;

/**
 * Returns how many declared indexes the server can safely have.
 *
 * Planning a statement locks every index of its table, and PostgreSQL keeps these locks until the transaction ends.
 * Only the first few of a backend are kept in its own memory (16 before PostgreSQL 18). All others are in the shared
 * lock table, which has `max_locks_per_transaction * (max_connections + max_prepared_transactions)` entries for locked
 * objects, and twice as many for pairs of an object and a backend that has locked it. If it is full, statements of all
 * databases of the server fail ("out of shared memory").
 *
 * The indexes are the same objects for all backends, but there is a pair for each index and backend. The number of
 * backends is therefore what counts: those that Haven may open, `backends`, or those that are connected, whichever is
 * more, but never more than `max_connections`.
 */
export function safeIndexCount(load: IndexLoad, backends: number): number {
  const objects = load.locksPerTransaction * (load.connections + load.preparedTransactions);
  const concurrent = Math.min(load.connections, Math.max(2, backends, load.connected));
  return Math.floor((SHARE * 2 * objects) / concurrent);
}

/** Returns how many connections the processes that share one port may open, as docs/capacity.md counts them. */
export function backendsOf({ workers, connections }: { workers: number; connections: number }): number {
  return Math.max(1, workers) * (connections + 5) + 10;
}

/** Returns the start of the names of a collection's declared indexes. */
export function indexPrefix(collectionId: number): string {
  return `records_c${collectionId}_`;
}

/**
 * Drops indexes on `haven.records` as the owner, without blocking readers or writers. Waits for transactions that use
 * them.
 */
export async function dropIndexes(owner: ClientBase, names: readonly string[]): Promise<void> {
  for (const name of names) await owner.query(`DROP INDEX CONCURRENTLY IF EXISTS haven.${name}`);
}
