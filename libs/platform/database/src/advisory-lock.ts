import { setTimeout as delay } from 'node:timers/promises';

import type { ClientBase } from 'pg';

import { advisoryLockHolders } from './lock-holders.js';
import type { LockWait } from './lock-wait.js';

/**
 * All advisory locks with a fixed number. Processes of different versions run side by side, so a number must never
 * change its meaning and must never be reused.
 */
export const ADVISORY_LOCKS = {
  /** Held while migrations run, in one process at a time. */
  migration: 4_283_650_001,
  /**
   * Held while a process of the previous release builds a declared index on `haven.records`, and while such indexes are
   * dropped.
   */
  indexBuild: 4_283_650_002,
  /** Held by the leader, the process that assigns events their position in the feed. */
  sequencer: 4_283_650_003,
  /** Held while the first API key is created, so that of several processes that start together only one creates it. */
  firstKey: 4_283_650_004,
  /** Held by `haven rebuild`, of which only one may run on a database at a time. */
  rebuild: 4_283_650_005,
  /** Held by the process that makes scheduled backups. */
  backup: 4_283_650_006,
} as const;

/**
 * Seeds of the locks whose number is a hash, `hashtextextended(name, seed)`. With different seeds, two things of
 * different kinds that have the same name get different locks. Webhooks need no seed, because their lock number is the
 * random half of their id (`work-claims.pg.ts`).
 */
export const ADVISORY_LOCK_SEEDS = {
  /** Held while a collection or key is created, so that its tenant's number of them cannot exceed the quota. */
  quota: 0,
  /** Protects the settings of a collection. Transactions that write its records take the lock in shared mode. */
  collection: 1,
  /** Held while the request with an idempotency key runs. */
  idempotencyKey: 2,
  /** Held while a record gets a value of a unique index. */
  uniqueValue: 3,
} as const;

const RETRY_MS = 500;

interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Reports and limits the wait. Without it, the wait is silent and has no limit. */
  readonly wait?: LockWait;
}

/**
 * Takes a session-level advisory lock, polling until it is free. A statement that waits for the lock inside PostgreSQL
 * would hold a snapshot as long as it waits: vacuum could not remove rows deleted in that time, and a concurrent index
 * build would wait for the statement.
 */
export async function takeAdvisoryLock(
  client: ClientBase,
  lock: number,
  { signal, wait }: LockOptions = {},
): Promise<void> {
  while (!(await tryAdvisoryLock(client, lock))) {
    if (wait) wait.observe(await advisoryLockHolders(client, lock));
    await delay(RETRY_MS, undefined, { signal, ref: false });
  }
}

/** Takes a session-level advisory lock if it is free; returns whether it was taken. */
export async function tryAdvisoryLock(client: ClientBase, lock: number): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [lock]);
  return rows[0]?.taken === true;
}
