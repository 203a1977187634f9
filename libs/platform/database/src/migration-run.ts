import { setTimeout as delay } from 'node:timers/promises';

import pg from 'pg';
import type { ClientBase } from 'pg';
import { DataSource, MigrationExecutor } from 'typeorm';
import type { Logger, QueryRunner } from 'typeorm';

import { pause, sqlState } from '@haven/kernel';

import { ownerConnection } from './connection.js';
import type { DatabaseAddress } from './connection.js';
import { blockersOf } from './lock-holders.js';
import { LockTimeoutError } from './lock-wait.js';
import type { LockWait } from './lock-wait.js';
import { migrationsWithRoles } from './migration-roles.js';
import type { MigrationClass } from './migration-roles.js';
import type { DatabaseRoles } from './roles.js';

/**
 * Maximum time for which one statement of a migration waits for a lock. All later statements on the table wait behind
 * it, also those of requests, so it must be well below `database.statementTimeout`.
 */
const MAX_STATEMENT_WAIT_MS = 3_000;

/** Minimum of that time, so that the session which blocks the statement is observed before it fails. */
const MIN_STATEMENT_WAIT_MS = 1_000;

/** Delay before a migration that did not get a lock is tried again, in which the waiting requests can run. */
const RETRY_MS = 2_000;

/** Interval at which the sessions are read that block the migration. */
const WATCH_MS = 200;

const LOCK_NOT_AVAILABLE = '55P03';

/** TypeORM would print failures to stdout, also those after which the migration is tried again. */
const SILENT: Logger = {
  logQuery: () => undefined,
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
  logMigration: () => undefined,
  log: () => undefined,
};

/**
 * Runs pending migrations, each in a transaction of its own, while `client` holds the migration lock. A migration that
 * waits for a lock too long is rolled back and tried again, until `wait` ends it.
 */
export class MigrationRun {
  constructor(
    private readonly client: ClientBase,
    private readonly address: DatabaseAddress,
    private readonly migrations: readonly MigrationClass[],
    private readonly roles: DatabaseRoles,
    private readonly wait: LockWait,
    private readonly limits: { readonly lockTimeout?: number; readonly signal?: AbortSignal | undefined },
  ) {}

  async run(): Promise<void> {
    const source = await this.dataSource().initialize();
    const runner = source.createQueryRunner();
    try {
      const pid = await this.prepare(runner);
      while (!(await this.attempt(source, runner, pid))) {
        await delay(RETRY_MS, undefined, { signal: this.limits.signal });
      }
    } finally {
      await runner.release();
      await source.destroy();
    }
  }

  /** Returns a TypeORM data source of the owning role, which records executed migrations in its own table. */
  private dataSource(): DataSource {
    return new DataSource({
      type: 'postgres',
      driver: pg, // otherwise TypeORM loads it by name, from outside the bundle
      schema: 'haven',
      migrationsTableName: 'migrations',
      migrations: migrationsWithRoles(this.migrations, this.roles, () => this.wait.end()),
      logger: SILENT,
      extra: { ...ownerConnection(this.address), max: 2 },
    });
  }

  /** Limits the waiting time of the session's statements; returns its process id. */
  private async prepare(runner: QueryRunner): Promise<number> {
    const { lockTimeout = Infinity } = this.limits;
    const limit = Math.min(MAX_STATEMENT_WAIT_MS, Math.max(MIN_STATEMENT_WAIT_MS, lockTimeout));
    const rows: { pid: number }[] = await runner.query(
      "SELECT pg_backend_pid() AS pid, set_config('lock_timeout', $1, false)",
      [`${limit}ms`],
    );
    return rows[0]?.pid ?? 0;
  }

  /** Runs the pending migrations. Returns false if one of them did not get a lock in time. */
  private async attempt(source: DataSource, runner: QueryRunner, pid: number): Promise<boolean> {
    const executor = new MigrationExecutor(source, runner);
    executor.transaction = 'each';
    const ended = new AbortController();
    const watch = this.watch(pid, ended.signal);
    try {
      await executor.executePendingMigrations();
      return true;
    } catch (error) {
      ended.abort();
      const failure = await watch;
      if (failure) throw failure;
      if (sqlState(error) !== LOCK_NOT_AVAILABLE) throw error;
      this.wait.observe([]);
      return false;
    } finally {
      ended.abort();
      await watch;
    }
  }

  /**
   * Observes which sessions block the migration. Cancels its statement if the wait takes too long, and then returns the
   * error, or if the migration is to end.
   */
  private async watch(pid: number, ended: AbortSignal): Promise<LockTimeoutError | undefined> {
    const { signal } = this.limits;
    let failure: LockTimeoutError | undefined;
    while (!ended.aborted) {
      try {
        failure ??= await this.observe(pid);
        if (failure || signal?.aborted) await this.client.query('SELECT pg_cancel_backend($1)', [pid]);
      } catch {
        return failure; // the connection is lost, so the migration is no longer observed
      }
      await pause(WATCH_MS, signal && !signal.aborted ? AbortSignal.any([ended, signal]) : ended);
    }
    return failure;
  }

  private async observe(pid: number): Promise<LockTimeoutError | undefined> {
    const blockers = await blockersOf(this.client, pid);
    if (blockers.length === 0) return undefined;
    try {
      this.wait.observe(blockers);
      return undefined;
    } catch (error) {
      if (error instanceof LockTimeoutError) return error;
      throw error;
    }
  }
}
