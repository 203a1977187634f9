import type { Client } from 'pg';

import type { HavenConfig } from '@haven/config';
import { DatabaseClient, ownerConnection } from '@haven/database';
import type { DatabaseAddress } from '@haven/database';

import { openDatabase } from '../database.js';
import { explainDatabase, StartError } from '../start-error.js';
import { PostgresPrograms } from './postgres-programs.js';

/**
 * A connection for backup and restore, with the login of `DATABASE_MIGRATION_URL`, or of `DATABASE_URL` if the former
 * is not set. PostgreSQL's programs use the same login.
 */
export interface Administrator {
  client: Client;
  address: DatabaseAddress;
  programs: PostgresPrograms;
  /** Name of the login. */
  login: string;
  isSuperuser: boolean;
}

/** Runs `work` on the configured database over one connection, and closes the connection afterwards. */
export async function asAdministrator<T>(
  config: HavenConfig,
  work: (administrator: Administrator) => Promise<T>,
): Promise<T> {
  const url = config.database.migrationUrl ?? config.database.url;
  const database = await openDatabase(config);
  const client = new DatabaseClient({ ...ownerConnection(database.address), application_name: 'haven-backup' });
  client.on('error', () => undefined); // a broken connection also fails the query, which reports the error
  try {
    await client.connect();
    const { rows } = await client.query<{ login: string; superuser: boolean }>(
      'SELECT rolname AS login, rolsuper AS superuser FROM pg_roles WHERE rolname = session_user',
    );
    const [role] = rows;
    if (!role) throw new StartError('PostgreSQL did not return the role of the current session.');
    const { login, superuser: isSuperuser } = role;
    const programs = new PostgresPrograms(client, url);
    return await work({ client, address: database.address, programs, login, isSuperuser });
  } catch (error) {
    throw url === undefined ? error : explainDatabase(error, url);
  } finally {
    await client.end().catch(() => undefined); // the connection may never have been opened
    await database.stop();
  }
}
