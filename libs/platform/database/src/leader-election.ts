import pg from 'pg';

import type { HavenConfig } from '@haven/config';

import type { BackgroundTask, BackgroundTasks, BackgroundWork } from './background-task.js';
import { takeAdvisoryLock } from './advisory-lock.js';
import { BY_INDEX, KEEPALIVES, runtimeConnection } from './connection.js';
import type { DatabaseAddress } from './connection.js';

const RETRY_MS = 1_000;

/** What only one process of all may do. */
export interface LeaderWork extends Pick<BackgroundWork, 'name' | 'failure'> {
  /** The advisory lock that the leader holds. */
  readonly lock: number;
  /** Called each time this process becomes the leader; the signal says when that is over. */
  lead(client: pg.Client, signal: AbortSignal): Promise<void>;
}

/**
 * Lets one process of all on a database do what only one may. Each asks for an advisory lock on a connection of its own;
 * when the leader's connection ends, for whatever reason, PostgreSQL frees the lock for the next. Work done over the lock's own connection can not outlive the leadership.
 * Whether leading fails or ends, another try follows.
 */
export class LeaderElection {
  private readonly task: BackgroundTask;

  constructor(
    tasks: BackgroundTasks,
    private readonly address: DatabaseAddress,
    private readonly config: HavenConfig,
    private readonly work: LeaderWork,
  ) {
    const { name, failure } = work;
    this.task = tasks.create({ name, failure, interval: RETRY_MS, run: (signal) => this.campaign(signal) });
  }

  start(): void {
    this.task.start();
  }

  stop(): Promise<void> {
    return this.task.stop();
  }

  private async campaign(stopping: AbortSignal): Promise<void> {
    const connection = runtimeConnection(this.address, this.config);
    const client = new pg.Client({
      ...connection,
      options: `${connection.options} ${KEEPALIVES} ${BY_INDEX}`,
      application_name: 'haven-leader',
    });
    const over = new AbortController();
    client.on('error', () => over.abort());
    client.once('end', () => over.abort());
    const signal = AbortSignal.any([over.signal, stopping]);
    try {
      await client.connect(); // never ended on the way: the driver would leave this waiting for good
      await takeAdvisoryLock(client, this.work.lock, signal);
      await this.work.lead(client, signal);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
