import pg from 'pg';

import { ownerConnection } from '@haven/platform';
import type { DatabaseAddress } from '@haven/platform';

import { StartError } from './start-error.js';

const OLDEST = 15;

/** Refuses a PostgreSQL that is too old, or a database that can not be reached, in one sentence. */
export async function requireSupportedPostgres(address: DatabaseAddress): Promise<void> {
  const client = new pg.Client({ ...ownerConnection(address), connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string }>("SELECT current_setting('server_version_num') AS version");
    const major = Math.floor(Number(rows[0]?.version) / 10_000);
    if (major < OLDEST) throw new StartError(`Haven needs PostgreSQL ${OLDEST} or newer; this is ${major}.`);
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(`The database can not be reached: ${error instanceof Error ? error.message : String(error)}.`);
  } finally {
    await client.end().catch(() => undefined);
  }
}
