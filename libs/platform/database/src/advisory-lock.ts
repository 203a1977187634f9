import { setTimeout as delay } from 'node:timers/promises';

import type { ClientBase } from 'pg';

/**
 * All advisory locks with a fixed number. Processes of different versions run side by side, so a number never changes its meaning
 * and is never used again.
 */
export const ADVISORY_LOCKS = {
  /** Migrations run in one process at a time. */
  migration: 4_283_650_001,
  /** One index is built at a time in the whole database: two concurrent builds on one table wait for each other. */
  indexBuild: 4_283_650_002,
  /** Held by the process that leads: the one that gives events their place in the feed. */
  sequencer: 4_283_650_003,
  /** Of several processes that start together, one creates the first API key. */
  firstKey: 4_283_650_004,
  /** One `haven rebuild` at a time on a database. */
  rebuild: 4_283_650_005,
} as const;

/**
 * Seeds of the locks whose number is a hash, `hashtextextended(name, seed)`: names of different kinds that are equal still give
 * different locks. Webhooks need no seed, because the number is the random half of their id (`lane-board.pg.ts`).
 */
export const ADVISORY_LOCK_SEEDS = {
  /** A tenant's count of collections or keys, while it is compared with its quota. */
  quota: 0,
  /** The settings of a collection, shared by those that write its records. */
  collection: 1,
  /** An idempotency key, while the request that brought it runs. */
  idempotencyKey: 2,
} as const;

const RETRY_MS = 500;

/**
 * Takes an advisory lock for the session, asking until it is free. A statement that waits for it inside PostgreSQL would hold a
 * snapshot all the while: vacuum could clean up nothing younger, and an index that is built concurrently would wait for it.
 */
export async function takeAdvisoryLock(client: ClientBase, lock: number, signal?: AbortSignal): Promise<void> {
  while (!(await tryAdvisoryLock(client, lock))) await delay(RETRY_MS, undefined, { signal, ref: false });
}

/** Takes an advisory lock for the session if it is free; returns whether it was. */
export async function tryAdvisoryLock(client: ClientBase, lock: number): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [lock]);
  return rows[0]?.taken === true;
}
