import pg from 'pg';
import { DataSource } from 'typeorm';
import type { MixedList } from 'typeorm';

import { ADVISORY_LOCKS } from './advisory-lock.js';
import { ownerConnection, RUNTIME_ROLE } from './connection.js';
import type { DatabaseAddress } from './connection.js';

/** Roles are the cluster's, shared by its databases: made if missing, and lent to whoever connects. */
const ROLES = `
DO $$
DECLARE wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['${RUNTIME_ROLE}', 'haven_reader', 'haven_upkeep'] LOOP
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', wanted);
      END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- another Haven was first
    END;
    BEGIN -- who made a role is its member from PostgreSQL 16 on, but may not yet SET ROLE to it
      EXECUTE format('GRANT %I TO current_user', wanted);
    EXCEPTION WHEN insufficient_privilege THEN NULL; -- lent by somebody else, or the migration will say so
    END;
  END LOOP;
END $$`;

/** Makes the roles of Haven that the server does not have. */
export async function createRoles(client: { query(text: string): Promise<unknown> }): Promise<void> {
  await client.query(ROLES);
}

/** Brings the database up to the code's migrations; returns the names of those that ran. Safe to call from several processes. */
export async function migrate(address: DatabaseAddress, migrations: MixedList<Function | string>): Promise<string[]> {
  const source = await migrationSource(address, migrations).initialize();
  const lock = source.createQueryRunner();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCKS.migration]);
    await lock.query('CREATE SCHEMA IF NOT EXISTS haven');
    await createRoles(lock);
    const done = await source.runMigrations({ transaction: 'each' });
    return done.map(({ name }) => name);
  } finally {
    await lock.release();
    await source.destroy();
  }
}

/** A TypeORM data source of the owning role, with its own table of what has run. */
function migrationSource(address: DatabaseAddress, migrations: MixedList<Function | string>): DataSource {
  return new DataSource({
    type: 'postgres',
    driver: pg, // which TypeORM would look for by name, and find outside of the bundle
    schema: 'haven',
    migrationsTableName: 'migrations',
    migrations,
    extra: { ...ownerConnection(address), max: 2 },
  });
}
