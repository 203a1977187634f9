import type pg from 'pg';

import type { HavenConfig } from '@haven/config';

import type { BackgroundTask, BackgroundTasks, BackgroundWork } from './background-task.js';
import { takeAdvisoryLock } from './advisory-lock.js';
import { BY_INDEX, HEARTBEAT_EXPECTED } from './connection.js';
import type { DatabaseAddress } from './connection.js';
import { connectSession, sessionConnection } from './session-connection.js';
import { WatchedClient } from './watched-client.js';

const RETRY_MS = 1_000;

/** Work that only one process may do at a time. */
export interface LeaderWork extends Pick<BackgroundWork, 'name' | 'failure'> {
  /** The advisory lock that the leader holds. */
  readonly lock: number;
  /**
   * Called each time this process becomes the leader. The signal is aborted when this process is no longer the leader.
   */
  lead(client: pg.Client, signal: AbortSignal): Promise<void>;
}

/**
 * Elects one of the processes that use a database to do some work. Each process tries to take an advisory lock on its
 * own connection. When the leader's connection ends, for whatever reason, PostgreSQL releases the lock and another
 * process can take it. A former leader can therefore change nothing over that connection. When `lead` returns or fails,
 * the process competes again.
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
    this.task = tasks.create({ name, failure, interval: RETRY_MS, run: (signal) => this.tryToLead(signal) });
  }

  start(): void {
    this.task.start();
  }

  stop(): Promise<void> {
    return this.task.stop();
  }

  private async tryToLead(stopping: AbortSignal): Promise<void> {
    const session = sessionConnection(this.address, this.config, `${HEARTBEAT_EXPECTED} ${BY_INDEX}`);
    const client: pg.Client = new WatchedClient({
      ...session,
      application_name: 'haven-leader',
      heartbeat: true,
    });
    const lost = new AbortController();
    client.on('error', () => lost.abort());
    client.once('end', () => lost.abort());
    const signal = AbortSignal.any([lost.signal, stopping]);
    try {
      // The client must not be ended while it connects, even if the signal is aborted: the promise would stay pending.
      await connectSession(client, session.settings);
      await takeAdvisoryLock(client, this.work.lock, { signal });
      await this.work.lead(client, signal);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
