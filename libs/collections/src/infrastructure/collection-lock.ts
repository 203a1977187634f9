import { ADVISORY_LOCK_SEEDS } from '@haven/database';
import type { Statement } from '@haven/database';
import type { Caller } from '@haven/kernel';

const numberOf = (name: string) => `hashtextextended(${name}, ${ADVISORY_LOCK_SEEDS.collection})`;

/**
 * Reads from `haven.held` whether all locks were taken: later statements of the transaction write nothing if it is
 * `false`. Also limits waits for row locks to 10 ms.
 */
const LIMITED = "set_config('lock_timeout', '10ms', true)";
const tried = (locked: string) => `SELECT set_config('haven.held', (${locked})::text, true), ${LIMITED}`;
const tryLock = (name: string) => `pg_try_advisory_xact_lock_shared(${numberOf(name)})`;

/** The names are in an array; its order is that in which the locks are taken. */
const EACH = 'unnest($1::text[]) AS name';

const LOCKS = {
  shared: `SELECT pg_advisory_xact_lock_shared(${numberOf('$1')})`,
  exclusive: `SELECT pg_advisory_xact_lock(${numberOf('$1')})`,
  /** Does not wait for the lock. */
  try: tried(tryLock('$1')),
};

const LOCKS_OF_MANY = {
  shared: `SELECT pg_advisory_xact_lock_shared(${numberOf('name')}) FROM ${EACH}`,
  try: tried(`SELECT bool_and(${tryLock('name')}) FROM ${EACH}`),
};

/**
 * Returns the statement that locks a collection until the transaction ends. Writers of records share the lock, and a
 * change to the settings takes it exclusively, so no record can be written unchecked while the schema changes.
 */
export function collectionLock({ tenantId }: Caller, name: string, mode: keyof typeof LOCKS): Statement {
  return { name: `collection.lock.${mode}`, text: LOCKS[mode], values: [`${tenantId}/${name}`] };
}

/** Like `collectionLock`, for the lock that writers of records share, and one or more collections. */
export function collectionsLock(caller: Caller, names: readonly string[], mode: keyof typeof LOCKS_OF_MANY): Statement {
  const [name = '', ...others] = [...new Set(names)].toSorted();
  if (others.length === 0) return collectionLock(caller, name, mode);
  const values = [[name, ...others].map((each) => `${caller.tenantId}/${each}`)];
  return { name: `collections.lock.${mode}`, text: LOCKS_OF_MANY[mode], values };
}
