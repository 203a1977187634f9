import type pg from 'pg';

import { tenantStatement } from '@haven/database';
import { sqlState } from '@haven/kernel';

/** Work on one index that is left to do. */
export interface IndexWork {
  readonly tenant: string;
  readonly collection: number;
  readonly index: number;
  readonly task: 'fill' | 'drop';
}

/** Maximum time for which a batch waits for a lock; it is then tried again later. */
const LOCK_TIMEOUT = '2s';

const LOCK_NOT_AVAILABLE = '55P03';
const DEADLOCK = '40P01';

/** The result of a batch. `blocked`: nothing was done, because other sessions hold locks. */
export type BatchResult = 'advanced' | 'complete' | 'blocked';

/** Runs `batch` in a transaction of the tenant. If it waits for a lock too long, it is rolled back. */
export async function inIndexTransaction(
  client: pg.Client,
  tenant: string,
  batch: () => Promise<BatchResult>,
): Promise<BatchResult> {
  const { text, values } = tenantStatement(tenant);
  try {
    await client.query('BEGIN');
    await client.query(text, [...values]);
    // Without statistics of a new index, PostgreSQL could decide to read a whole table.
    await client.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'; SET LOCAL enable_seqscan = off`);
    const result = await batch();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    if ([LOCK_NOT_AVAILABLE, DEADLOCK].includes(sqlState(error) ?? '')) return 'blocked';
    throw error;
  }
}
