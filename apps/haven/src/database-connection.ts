import type pg from 'pg';

import type { HavenConfig } from '@haven/config';
import { connectSession, DatabaseClient, sessionConnection } from '@haven/database';

import { openDatabase } from './database.js';
import { missingMigrations } from './missing-migrations.js';
import { explainDatabase, StartError } from './start-error.js';

/** Settings that disable timeouts, because the commands that use this connection can run for hours. */
const WITHOUT_TIMEOUTS = { statement_timeout: 0, idle_in_transaction_session_timeout: 0 };

/**
 * Runs `work` on the configured database over one connection with the privileges of a server. Servers may be using the
 * database at the same time.
 */
export async function* withDatabaseConnection<T>(
  config: HavenConfig,
  name: string,
  work: (client: pg.Client) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  const { url } = config.database;
  const database = await openDatabase(config);
  const session = sessionConnection(database.address, config);
  const client = new DatabaseClient({ ...session, ...WITHOUT_TIMEOUTS, application_name: name });
  client.on('error', () => undefined); // a broken connection also fails the query, which reports the error
  try {
    await connectSession(client, session.settings && { ...session.settings, ...WITHOUT_TIMEOUTS });
    await requireMigrations(client);
    yield* work(client);
  } catch (error) {
    throw url === undefined ? error : explainDatabase(error, url);
  } finally {
    await client.end().catch(() => undefined); // the connection may never have been opened
    await database.stop();
  }
}

async function requireMigrations(client: pg.Client): Promise<void> {
  if ((await missingMigrations(client)).length > 0) {
    throw new StartError('The database is not up to date; run haven migrate first.');
  }
}
