import { ADVISORY_LOCK_SEEDS } from '@haven/database';
import type { Statement } from '@haven/database';
import type { Caller } from '@haven/kernel';

const NUMBER = `hashtextextended($1, ${ADVISORY_LOCK_SEEDS.collection})`;

const LOCKS = {
  shared: `SELECT pg_advisory_xact_lock_shared(${NUMBER})`,
  exclusive: `SELECT pg_advisory_xact_lock(${NUMBER})`,
  /**
   * Shared if it is free, without waiting, and without the patience to wait long for a row either. A statement after it reads
   * in `haven.held` whether it is: `true` or `false`.
   */
  try: `SELECT set_config('haven.held', pg_try_advisory_xact_lock_shared(${NUMBER})::text, true),
               set_config('lock_timeout', '10ms', true)`,
};

/**
 * Holds a collection still until the transaction ends: writers of records share the lock, a change of the settings
 * excludes them, so no record slips past a schema that is being changed.
 */
export function collectionLock({ tenantId }: Caller, name: string, mode: keyof typeof LOCKS): Statement {
  return { name: `collection.lock.${mode}`, text: LOCKS[mode], values: [`${tenantId}/${name}`] };
}
