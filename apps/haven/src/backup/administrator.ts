import type { Client } from 'pg';

import type { HavenConfig } from '@haven/config';
import { DatabaseClient, ownerConnection } from '@haven/database';

import { openDatabase } from '../database.js';
import { explainDatabase, StartError } from '../start-error.js';
import { PostgresPrograms } from './postgres-programs.js';

/**
 * A connection for backup and restore, with the login of `DATABASE_MIGRATION_URL`, or of `DATABASE_URL` if the former
 * is not set. PostgreSQL's programs use the same login.
 */
export interface Administrator {
  client: Client;
  programs: PostgresPrograms;
  /** Name of the login. */
  login: string;
  isSuperuser: boolean;
  /** True if row security does not apply to the login, so that it sees the records of all tenants. */
  seesAll: boolean;
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
    const { rows } = await client.query<{ login: string; superuser: boolean; bypass: boolean }>(
      `SELECT rolname AS login, rolsuper AS superuser, rolbypassrls AS bypass FROM pg_roles WHERE rolname = session_user`,
    );
    const [role] = rows;
    if (!role) throw new StartError('PostgreSQL did not return the role of the current session.');
    const { login, superuser: isSuperuser, bypass } = role;
    const programs = new PostgresPrograms(client, url);
    return await work({ client, programs, login, isSuperuser, seesAll: isSuperuser || bypass });
  } catch (error) {
    throw url === undefined ? error : explainDatabase(error, url);
  } finally {
    await client.end().catch(() => undefined); // the connection may never have been opened
    await database.stop();
  }
}
