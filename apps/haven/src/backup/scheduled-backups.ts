import { resolve } from 'node:path';

import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import {
  ADVISORY_LOCKS,
  BackgroundTasks,
  DATABASE_ADDRESS,
  DatabaseClient,
  databaseRoles,
  LeaderElection,
  ownerConnection,
} from '@haven/database';
import type { BackgroundTask, DatabaseAddress } from '@haven/database';
import { pause } from '@haven/kernel';
import { counter, Log, Metrics, observableGauge } from '@haven/observability';

import { BackupDirectory } from './backup-directory.js';
import { createBackup } from './create-backup.js';
import { NO_PROGRESS } from './transfer-progress.js';

/** Delay before a failed backup is tried again, or `backup.every` if that is shorter. */
const RETRY_MS = 5 * 60_000;

/** Interval at which every process reads the time of the newest backup, for its metric. */
const POLL_MS = 60_000;

const NEWEST = observableGauge('gauge', 'haven.backup.newest.timestamp', {
  unit: 's',
  description:
    'When the newest scheduled backup in `backup.directory` began, in seconds since 1970; 0 if there is none. Only if ' +
    '`backup.every` is set.',
});
const INTERVAL = observableGauge('gauge', 'haven.backup.interval', {
  unit: 's',
  description: 'The setting `backup.every`. Only if it is set.',
});
const RUNS = counter('haven.backup.runs', {
  unit: '{backup}',
  description: 'Scheduled backups that this process has made or tried to make.',
  labels: { 'haven.backup.result': '`complete` or `failed`' },
});

/**
 * Backs up the database to a directory at intervals, if `backup.every` is set. One process at a time does this: the one
 * that holds the advisory lock. The newest file in the directory says when the next backup is due, so a restart neither
 * delays nor repeats a backup.
 */
@Injectable()
export class ScheduledBackups implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly directory: BackupDirectory;
  private readonly tasks: readonly (LeaderElection | BackgroundTask)[];
  private newest: Date | undefined;

  constructor(
    @Inject(DATABASE_ADDRESS) private readonly address: DatabaseAddress,
    private readonly config: HavenConfig,
    tasks: BackgroundTasks,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    const { every, directory } = config.backup;
    this.directory = new BackupDirectory(resolve(directory ?? '.'));
    this.tasks = every === undefined || directory === undefined ? [] : [this.pollTask(tasks), this.election(tasks)];
    if (every === undefined) return;
    metrics.observe(NEWEST, () => [[(this.newest?.getTime() ?? 0) / 1_000]]);
    metrics.observe(INTERVAL, () => [[every / 1_000]]);
  }

  onApplicationBootstrap(): void {
    for (const task of this.tasks) task.start();
  }

  /** Ends a backup that is being made; its file is removed. */
  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.tasks.map((task) => task.stop()));
  }

  private pollTask(tasks: BackgroundTasks): BackgroundTask {
    return tasks.create({
      name: 'backup-poll',
      failure: 'The directory of backups cannot be read',
      interval: POLL_MS,
      run: async () => {
        this.newest = await this.directory.newest();
      },
    });
  }

  private election(tasks: BackgroundTasks): LeaderElection {
    return new LeaderElection(tasks, this.address, this.config, {
      name: 'backup',
      failure: 'Scheduled backups were interrupted and continue',
      lock: ADVISORY_LOCKS.backup,
      lead: (_client, signal) => this.lead(signal),
    });
  }

  private async lead(signal: AbortSignal): Promise<void> {
    const { every = Infinity, keep } = this.config.backup;
    while (!signal.aborted) {
      let wait = Math.min(RETRY_MS, every);
      try {
        this.newest = await this.directory.newest();
        const due = (this.newest?.getTime() ?? 0) + every - Date.now();
        if (due <= 0) await this.backUp(keep, signal);
        else wait = Math.min(due, POLL_MS);
      } catch (error) {
        if (signal.aborted) return;
        this.metrics.counter(RUNS).of({ 'haven.backup.result': 'failed' }).add();
        this.log.error(
          `The scheduled backup failed: ${error instanceof Error ? error.message : String(error)}`,
          'backup',
        );
      }
      await pause(wait, signal);
    }
  }

  private async backUp(keep: number, signal: AbortSignal): Promise<void> {
    const startedAt = new Date();
    const file = this.directory.fileOf(startedAt);
    await this.directory.removeUnfinished();
    const { runtime } = databaseRoles(this.config.database.rolePrefix);
    const client = new DatabaseClient({ ...ownerConnection(this.address), application_name: 'haven-backup' });
    client.on('error', () => undefined); // a broken connection also fails the query, which reports the error
    const stop = (): void => void client.end();
    signal.addEventListener('abort', stop);
    try {
      await client.connect();
      const { rows } = await createBackup(client, runtime, file, NO_PROGRESS);
      this.newest = startedAt;
      this.metrics.counter(RUNS).of({ 'haven.backup.result': 'complete' }).add();
      this.log.log(`Backed up ${rows} rows to ${file} in ${Date.now() - startedAt.getTime()} ms.`, 'backup');
      await this.directory.removeOld(keep);
    } finally {
      signal.removeEventListener('abort', stop);
      await client.end().catch(() => undefined); // the connection may never have been opened
    }
  }
}
