import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';

import { HavenError, sqlState } from '@haven/kernel';
import { ComponentHealths, Metrics, observableGauge } from '@haven/observability';

import { BackgroundTasks } from './background-task.js';
import type { BackgroundTask } from './background-task.js';
import { DatabaseCheck } from './database-check.js';

/** Interval of the check in milliseconds, so that the metric is current even if nothing requests `/readyz`. */
const CHECK_INTERVAL_MS = 5_000;

/** Time in milliseconds after which a failed write no longer proves that writes fail. */
const FAILURE_VALID_MS = 15_000;

/**
 * Reads whether the server refuses writes, as a replica does, and whether a statement that writes or locks rows has
 * waited for the lock of a table for two seconds.
 */
const STATE = `
SELECT current_setting('transaction_read_only') = 'on' AS "isReadOnly", EXISTS (
  SELECT FROM pg_locks
  WHERE NOT granted AND locktype = 'relation' AND mode IN ('RowShareLock', 'RowExclusiveLock')
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND waitstart < clock_timestamp() - interval '2 seconds'
) AS "isLocked"`;

/** SQLSTATEs of failed writes that other writes will share: read-only, disk full, input or output error. */
const PROBLEMS: Readonly<Record<string, string>> = {
  '25006': 'The database is read-only.',
  '53100': 'The disk of the database is full.',
  '58030': 'The database cannot write to its disk.',
};

const AVAILABLE = observableGauge('gauge', 'haven.writes.available', {
  unit: '{process}',
  description:
    'Whether writes work: 1, or 0 if the database does not respond, is read-only, has no space left on its disk, or a ' +
    'lock on a table blocks writes. Checked every five seconds, and when a write fails.',
});

interface State {
  isReadOnly: boolean;
  isLocked: boolean;
}

/**
 * Knows whether writes work. It asks the database regularly, without writing anything, and observes the writes that
 * succeed or fail.
 */
@Injectable()
export class WriteAvailability implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private found: string | undefined;
  private failure: { readonly problem: string; readonly at: number } | undefined;
  private readonly task: BackgroundTask;

  constructor(
    private readonly database: DatabaseCheck,
    metrics: Metrics,
    components: ComponentHealths,
    tasks: BackgroundTasks,
  ) {
    metrics.observe(AVAILABLE, () => [[this.problem === undefined ? 1 : 0]]);
    components.add('writes', async () => {
      await this.check();
      return this.problem === undefined ? { status: 'up' } : { status: 'down', message: this.problem };
    });
    this.task = tasks.create({
      name: 'write-check',
      failure: 'Whether writes work could not be checked',
      interval: CHECK_INTERVAL_MS,
      run: () => this.check(),
    });
  }

  onApplicationBootstrap(): void {
    this.task.start(CHECK_INTERVAL_MS);
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.task.stop();
  }

  /** Why writes do not work, as a sentence without internal details; undefined if they work. */
  get problem(): string | undefined {
    const { failure } = this;
    if (this.found !== undefined || !failure) return this.found;
    return performance.now() - failure.at < FAILURE_VALID_MS ? failure.problem : undefined;
  }

  /** Asks the database. Never fails: if the database does not respond, that is the problem. */
  async check(): Promise<void> {
    try {
      const [state] = await this.database.query<State & Record<string, unknown>>(STATE);
      if (state?.isReadOnly) this.found = PROBLEMS['25006'];
      else if (state?.isLocked) this.found = 'A lock on a table blocks writes.';
      else this.found = undefined;
      // The server has just said that it accepts writes, unlike at the failure.
      if (!state?.isReadOnly && this.failure?.problem === PROBLEMS['25006']) this.failure = undefined;
    } catch {
      this.found = 'The database does not respond.';
    }
  }

  /** Records that a write has succeeded. */
  recordSuccess(): void {
    this.failure = undefined;
  }

  /** Records an error of any statement. Ignores errors that do not concern other writes. */
  recordFailure(error: unknown): void {
    const cause = error instanceof HavenError ? error.cause : error;
    const problem = PROBLEMS[sqlState(cause) ?? ''];
    if (problem !== undefined) this.failure = { problem, at: performance.now() };
  }
}
