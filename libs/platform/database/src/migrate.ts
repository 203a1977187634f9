import pg from 'pg';
import { DataSource } from 'typeorm';
import type { MixedList } from 'typeorm';

import { ADVISORY_LOCKS } from './advisory-lock.js';
import { ownerConnection, RUNTIME_ROLE } from './connection.js';
import type { DatabaseAddress } from './connection.js';

/** Creates missing roles, which all databases of the cluster share, and grants them to the connected user. */
const ROLES = `
DO $$
DECLARE wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['${RUNTIME_ROLE}', 'haven_reader', 'haven_upkeep'] LOOP
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', wanted);
      END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- another process created it first
    END;
    BEGIN -- since PostgreSQL 16, the creator of a role is its member but may not SET ROLE to it
      EXECUTE format('GRANT %I TO current_user', wanted);
    EXCEPTION WHEN insufficient_privilege THEN NULL; -- already granted, or the migration reports an error
    END;
  END LOOP;
END $$`;

/** Creates the roles of Haven that do not exist on the server. */
export async function createRoles(client: { query(text: string): Promise<unknown> }): Promise<void> {
  await client.query(ROLES);
}

/** Runs all pending migrations; returns their names. Several processes may call it at the same time. */
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

/** Returns a TypeORM data source of the owning role, which records executed migrations in its own table. */
function migrationSource(address: DatabaseAddress, migrations: MixedList<Function | string>): DataSource {
  return new DataSource({
    type: 'postgres',
    driver: pg, // otherwise TypeORM loads it by name, from outside the bundle
    schema: 'haven',
    migrationsTableName: 'migrations',
    migrations,
    extra: { ...ownerConnection(address), max: 2 },
  });
}
