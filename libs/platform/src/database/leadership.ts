import pg from 'pg';

import type { HavenConfig } from '../config/index.js';
import { pause } from '../pause.js';
import { takeAdvisoryLock } from './advisory-lock.js';
import { BY_INDEX, KEEPALIVES, runtimeConnection } from './connection.js';
import type { DatabaseAddress } from './connection.js';

const RETRY_MS = 1_000;

/**
 * Lets one process of all on a database do what only one may. Each asks for an advisory lock on a connection of its own;
 * when the leader's connection ends, for whatever reason, PostgreSQL frees the lock for the next. Work done over the lock's own connection can not outlive the leadership.
 */
export class Leadership {
  private readonly stopping = new AbortController();
  private ended: Promise<void> | undefined;

  constructor(
    private readonly address: DatabaseAddress,
    private readonly config: HavenConfig,
    private readonly lock: number,
  ) {}

  /** Calls `lead` each time this process becomes the leader; its signal says when that is over. Whether it fails or ends, another try follows. */
  start(lead: (client: pg.Client, signal: AbortSignal) => Promise<void>): void {
    this.ended = this.campaign(lead);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.ended;
  }

  private async campaign(lead: (client: pg.Client, signal: AbortSignal) => Promise<void>): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await this.term(lead).catch(() => undefined);
      await pause(RETRY_MS, this.stopping.signal);
    }
  }

  private async term(lead: (client: pg.Client, signal: AbortSignal) => Promise<void>): Promise<void> {
    const connection = runtimeConnection(this.address, this.config);
    const client = new pg.Client({
      ...connection,
      options: `${connection.options} ${KEEPALIVES} ${BY_INDEX}`,
      application_name: 'haven-leader',
    });
    const over = new AbortController();
    client.on('error', () => over.abort());
    client.once('end', () => over.abort());
    const signal = AbortSignal.any([over.signal, this.stopping.signal]);
    try {
      await client.connect(); // never ended on the way: the driver would leave this waiting for good
      await takeAdvisoryLock(client, this.lock, signal);
      await lead(client, signal);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
