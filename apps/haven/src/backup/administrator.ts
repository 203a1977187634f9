import { Client } from 'pg';

import type { HavenConfig } from '@haven/config';
import { ownerConnection } from '@haven/database';

import { openDatabase } from '../database.js';
import { explainDatabase, StartError } from '../start-error.js';
import { PostgresPrograms } from './postgres-programs.js';

/** Who backs up and restores: the login of `DATABASE_MIGRATION_URL`, else of `DATABASE_URL`, and PostgreSQL's programs as that login. */
export interface Administrator {
  client: Client;
  programs: PostgresPrograms;
  /** The login's name. */
  login: string;
  isSuperuser: boolean;
  /** Row security does not bind it, so it sees the records of all tenants. */
  seesAll: boolean;
}

/** Does the work on the configured database, over one connection, which then closes. */
export async function asAdministrator<T>(
  config: HavenConfig,
  work: (administrator: Administrator) => Promise<T>,
): Promise<T> {
  const url = config.database.migrationUrl ?? config.database.url;
  const database = await openDatabase(config);
  const client = new Client({ ...ownerConnection(database.address), application_name: 'haven-backup' });
  client.on('error', () => undefined); // a connection that breaks also fails the query, which is where it is heard
  try {
    await client.connect();
    const { rows } = await client.query<{ login: string; superuser: boolean; bypass: boolean }>(
      `SELECT rolname AS login, rolsuper AS superuser, rolbypassrls AS bypass FROM pg_roles WHERE rolname = session_user`,
    );
    const [role] = rows;
    if (!role) throw new StartError('PostgreSQL does not tell who is connected.');
    const { login, superuser: isSuperuser, bypass } = role;
    const programs = new PostgresPrograms(client, url);
    return await work({ client, programs, login, isSuperuser, seesAll: isSuperuser || bypass });
  } catch (error) {
    throw url === undefined ? error : explainDatabase(error, url);
  } finally {
    await client.end().catch(() => undefined); // it may never have been open
    await database.stop();
  }
}
