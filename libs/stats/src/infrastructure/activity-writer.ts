import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';

import { BackgroundTasks, SystemDatabase } from '@haven/database';
import type { BackgroundTask } from '@haven/database';
import { Activity, ActivityCounts } from '@haven/observability';
import type { PendingActivity } from '@haven/observability';

/** Interval in milliseconds. The overview includes what all processes have counted within five seconds. */
const INTERVAL_MS = 2_000;

/** Maximum number of rows that one statement changes. */
const BATCH_SIZE = 1_000;

/**
 * Adds what this process has counted to the counts in the database. A process that is killed loses the counts of the
 * last two seconds. Counts that cannot be written are kept in memory for up to an hour.
 */
@Injectable()
export class ActivityWriter implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly task: BackgroundTask;

  constructor(
    private readonly activity: Activity,
    private readonly database: SystemDatabase,
    tasks: BackgroundTasks,
  ) {
    this.task = tasks.create({
      name: 'activity',
      failure: 'The counts for the overview were not written and are kept',
      interval: INTERVAL_MS,
      run: () => this.write(),
    });
  }

  onApplicationBootstrap(): void {
    this.task.start(INTERVAL_MS);
  }

  /** Runs after the last requests, before the connections to the database are closed. */
  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
    await this.write().catch((error: unknown) => this.task.report(error));
  }

  /** Writes what was counted since the last call. If nothing was, sends no statement. */
  async write(): Promise<void> {
    const taken = this.activity.take();
    for (let start = 0; start < taken.length; start += BATCH_SIZE) {
      try {
        await this.add(taken.slice(start, start + BATCH_SIZE));
      } catch (error) {
        this.activity.putBack(taken.slice(start));
        throw error;
      }
    }
  }

  private async add(batch: readonly PendingActivity[]): Promise<void> {
    const entries = [...batch.filter(({ tenant }) => tenant !== null), ...totalsOf(batch)].map(
      ({ tenant, since, counts }) => ({ tenant, since: new Date(since).toISOString(), counts: counts.byName() }),
    );
    await this.database.query('SELECT haven.add_activity($1, $2)', [new Date(), JSON.stringify(entries)]);
  }
}

/** Returns the sums over all tenants, for each minute. */
function totalsOf(batch: readonly PendingActivity[]): PendingActivity[] {
  const byMinute = Map.groupBy(batch, ({ since }) => Math.floor(since / 60_000));
  return [...byMinute.values()].map((ofMinute) => {
    const counts = new ActivityCounts();
    for (const each of ofMinute) counts.addAll(each.counts, { byKind: true });
    return { tenant: null, since: Math.min(...ofMinute.map(({ since }) => since)), counts };
  });
}
