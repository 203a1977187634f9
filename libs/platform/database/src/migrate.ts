import type { ClientBase } from 'pg';

import { ADVISORY_LOCKS, takeAdvisoryLock } from './advisory-lock.js';
import { ownerConnection } from './connection.js';
import type { DatabaseAddress } from './connection.js';
import { DatabaseClient } from './database-client.js';
import { LockWait } from './lock-wait.js';
import type { MigrationClass } from './migration-roles.js';
import { MigrationRun } from './migration-run.js';
import { createRoles, requireRoles, requireSameRoles } from './role-setup.js';
import { databaseRoles } from './roles.js';
import type { DatabaseRoles } from './roles.js';

export interface MigrationOptions {
  /** By default, the roles with the prefix `haven`. */
  readonly roles?: DatabaseRoles;
  /** Maximum time to wait for locks of other sessions, in milliseconds; no limit by default. */
  readonly lockTimeout?: number;
  /** Ends the migration: the statement that runs is cancelled, and its migration is rolled back. */
  readonly signal?: AbortSignal | undefined;
  /** Receives sentences about locks that the migration waits for. */
  readonly onWait?: (message: string) => void;
}

/**
 * Runs all pending migrations; returns their names. Several processes may call it at the same time. If nothing is
 * pending, no lock is taken.
 */
export async function migrate(
  address: DatabaseAddress,
  migrations: readonly MigrationClass[],
  options: MigrationOptions = {},
): Promise<string[]> {
  const { roles = databaseRoles(), signal } = options;
  const client = new DatabaseClient(ownerConnection(address));
  client.on('error', () => undefined); // a broken connection also fails the query, which reports the error
  try {
    await client.connect();
    await requireSameRoles(client, roles);
    if ((await pendingOf(client, migrations)).length === 0) return [];
    await takeAdvisoryLock(client, ADVISORY_LOCKS.migration, { signal, wait: lockWait(OTHER_HAVEN, options) });
    const pending = await pendingOf(client, migrations); // another process may have run some of them
    if (pending.length === 0) return [];
    await createRoles(client, roles);
    await requireRoles(client, roles);
    await client.query('CREATE SCHEMA IF NOT EXISTS haven');
    await new MigrationRun(client, address, migrations, roles, lockWait(OTHER_WORK, options), options).run();
    return pending;
  } catch (error) {
    signal?.throwIfAborted(); // other errors are consequences of this
    throw error;
  } finally {
    await client.end().catch(() => undefined); // the connection may never have been opened
  }
}

/** Advice if another session holds the migration lock, and if one holds the lock of a table. */
const OTHER_HAVEN =
  'It may be a Haven that still migrates: start again when it has finished, or raise database.migrationLockTimeout.';
const OTHER_WORK =
  'Nothing was changed. Migrate again when that transaction has ended, or raise database.migrationLockTimeout.';

function lockWait(advice: string, { lockTimeout: timeout = Infinity, onWait }: MigrationOptions): LockWait {
  return new LockWait({ subject: 'The migration', advice, timeout, onWait });
}

async function pendingOf(client: ClientBase, migrations: readonly MigrationClass[]): Promise<string[]> {
  const { rows: found } = await client.query<{ exists: boolean }>(
    "SELECT to_regclass('haven.migrations') IS NOT NULL AS exists",
  );
  const { rows } = found[0]?.exists
    ? await client.query<{ name: string }>('SELECT name FROM haven.migrations')
    : { rows: [] };
  const done = new Set(rows.map(({ name }) => name));
  return migrations.map(({ name }) => name).filter((name) => !done.has(name));
}
