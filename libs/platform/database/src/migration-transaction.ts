import pg from 'pg';
import type { ClientBase } from 'pg';
import { DataSource, MigrationExecutor } from 'typeorm';
import type { QueryRunner } from 'typeorm';

import { ADVISORY_LOCKS } from './advisory-lock.js';
import { ownerConnection } from './connection.js';
import type { DatabaseAddress } from './connection.js';
import { migrationsWithRoles } from './migration-roles.js';
import type { MigrationClass } from './migration-roles.js';
import { createRoles, requireRoles } from './role-setup.js';
import type { DatabaseRoles } from './roles.js';

/** A transaction of the owning role in which migrations and other statements take effect together, or not at all. */
export interface MigrationTransaction {
  readonly client: ClientBase;
  /** Runs those of the migrations that have not run yet, in the order of their timestamps. */
  migrate(migrations: readonly MigrationClass[]): Promise<void>;
}

/**
 * Runs `work` in one transaction of the owning role and commits it, unless `work` fails. Resolves with false, without
 * running `work`, if another process is migrating the database. Until the commit, other processes see nothing of it.
 */
export async function inMigrationTransaction(
  address: DatabaseAddress,
  roles: DatabaseRoles,
  work: (transaction: MigrationTransaction) => Promise<void>,
): Promise<boolean> {
  const source = await sourceOf(address, roles, []).initialize();
  const runner = source.createQueryRunner();
  try {
    const client: ClientBase = await runner.connect();
    await runner.startTransaction();
    const taken = await runner.query('SELECT pg_try_advisory_xact_lock($1) AS taken', [ADVISORY_LOCKS.migration]);
    if (!taken[0].taken) return false;
    await work({ client, migrate: (migrations) => runMigrations(address, roles, runner, migrations) });
    await runner.commitTransaction();
    return true;
  } finally {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined); // the connection is lost
    await runner.release();
    await source.destroy();
  }
}

/** Runs migrations on the connection of `runner`, in its open transaction. */
async function runMigrations(
  address: DatabaseAddress,
  roles: DatabaseRoles,
  runner: QueryRunner,
  migrations: readonly MigrationClass[],
): Promise<void> {
  await runner.query('CREATE SCHEMA IF NOT EXISTS haven');
  await createRoles(runner, roles);
  await requireRoles(await runner.connect(), roles);
  const source = await sourceOf(address, roles, migrations).initialize();
  try {
    const executor = new MigrationExecutor(source, runner);
    executor.transaction = 'none'; // the transaction is open already
    await executor.executePendingMigrations();
  } finally {
    await source.destroy();
  }
}

/** Returns a data source like that of `migrate`. */
function sourceOf(address: DatabaseAddress, roles: DatabaseRoles, migrations: readonly MigrationClass[]): DataSource {
  return new DataSource({
    type: 'postgres',
    driver: pg, // otherwise TypeORM loads it by name, from outside the bundle
    schema: 'haven',
    migrationsTableName: 'migrations',
    migrations: migrationsWithRoles(migrations, roles),
    extra: { ...ownerConnection(address), max: 2 },
  });
}
