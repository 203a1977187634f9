import { ADVISORY_LOCK_SEEDS } from '@haven/database';

/**
 * Returns an SQL expression that locks a value of a unique index until the transaction ends. A single record is written
 * under this lock: without it, two transactions that write the same value would each wait for the other one when the
 * value is checked, until PostgreSQL detects the deadlock. Statements that write many records take no such locks,
 * because the lock table is large enough for only some thousands.
 */
export function valueLock(collectionId: string, indexId: string, hash: string): string {
  const name = `haven.current_tenant() || '/' || ${collectionId}::integer || '/' || ${indexId} || '/' || ${hash}`;
  return `pg_advisory_xact_lock(hashtextextended(${name}, ${ADVISORY_LOCK_SEEDS.uniqueValue}))`;
}
