import { ADVISORY_LOCK_SEEDS } from '@haven/database';
import type { Statement } from '@haven/database';
import type { Caller } from '@haven/kernel';

const NUMBER = `hashtextextended($1, ${ADVISORY_LOCK_SEEDS.collection})`;

const LOCKS = {
  shared: `SELECT pg_advisory_xact_lock_shared(${NUMBER})`,
  exclusive: `SELECT pg_advisory_xact_lock(${NUMBER})`,
  /**
   * Tries to take the shared lock without waiting, and limits waits for row locks to 10 ms. Later statements read from
   * `haven.held` whether the lock was taken: `true` or `false`.
   */
  try: `SELECT set_config('haven.held', pg_try_advisory_xact_lock_shared(${NUMBER})::text, true),
               set_config('lock_timeout', '10ms', true)`,
};

/**
 * Returns the statement that locks a collection until the transaction ends. Writers of records share the lock, and a
 * change to the settings takes it exclusively, so no record can be written unchecked while the schema changes.
 */
export function collectionLock({ tenantId }: Caller, name: string, mode: keyof typeof LOCKS): Statement {
  return { name: `collection.lock.${mode}`, text: LOCKS[mode], values: [`${tenantId}/${name}`] };
}
