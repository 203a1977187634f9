import { setTimeout as delay } from 'node:timers/promises';

import type { ClientBase } from 'pg';

const RETRY_MS = 500;

/**
 * Takes an advisory lock for the session, asking until it is free. A statement that waits for it inside PostgreSQL would hold a
 * snapshot all the while: vacuum could clean up nothing younger, and an index that is built concurrently would wait for it.
 */
export async function takeAdvisoryLock(client: ClientBase, lock: number, signal?: AbortSignal): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [lock]);
    if (rows[0]?.taken) return;
    await delay(RETRY_MS, undefined, { signal, ref: false });
  }
}
