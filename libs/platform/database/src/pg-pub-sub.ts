import { once } from 'node:events';

import { Inject, Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import pg from 'pg';

import { HavenConfig } from '@haven/config';
import { pause } from '@haven/kernel';
import { Log } from '@haven/observability';

import { BackgroundTasks } from './background-task.js';
import type { BackgroundTask } from './background-task.js';
import { runtimeConnection } from './connection.js';
import type { DatabaseAddress } from './connection.js';
import { DATABASE_ADDRESS } from './owner.js';

/** Hears what was announced; without a payload when something may have been missed. */
export type Subscriber = (payload?: string) => void;

/** While the connection is lost, everybody is told so often that something may have been missed. */
const POLL_MS = 1_000;

/** Announcements that come quicker than this are gathered. */
const GATHER_MS = 5;

/**
 * Wakes whoever waits for news, in this process at once and in the others by LISTEN and NOTIFY, over a connection of its
 * own: never inside the transaction that is the news, for PostgreSQL lets only one transaction with a NOTIFY commit at a time.
 * What is announced is a hint and may be lost; the truth is in the tables.
 */
@Injectable()
export class PgPubSub implements BeforeApplicationShutdown {
  private readonly hearings = new Map<string, Set<Subscriber>>();
  private readonly pending = new Set<string>();
  private readonly stopping = new AbortController();
  private readonly task: BackgroundTask;
  private client: pg.Client | undefined;
  /** Resolves once there is a connection, or at the end. */
  private ready = Promise.withResolvers<void>();
  private mayHaveMissed = false;
  private sending = false;

  constructor(
    @Inject(DATABASE_ADDRESS) private readonly address: DatabaseAddress,
    private readonly config: HavenConfig,
    private readonly log: Log,
    tasks: BackgroundTasks,
  ) {
    this.task = tasks.create({
      name: 'notices',
      failure: 'There is no connection that listens for changes; until there is, Haven looks every second',
      interval: POLL_MS,
      run: (signal) => this.session(signal),
    });
  }

  /** Calls `hear` for what is announced on the channel from the moment this resolves, until the function it answers is called. */
  async subscribe(channel: string, subscriber: Subscriber): Promise<() => void> {
    const hearings = this.hearings.get(channel);
    if (hearings) hearings.add(subscriber);
    else this.hearings.set(channel, new Set([subscriber]));
    await this.connected();
    if (!hearings) await this.client?.query(`LISTEN ${pg.escapeIdentifier(channel)}`).catch(() => undefined); // else at the next connection
    return () => void this.hearings.get(channel)?.delete(subscriber);
  }

  /** Tells all processes. Announcing the same again before it is sent tells it once. */
  publish(channel: string, payload = ''): void {
    this.publishLocally(channel, payload);
    this.pending.add(`${channel} ${payload}`);
    if (!this.sending) void this.send();
  }

  /** Tells this process alone. */
  publishLocally(channel: string, payload?: string): void {
    for (const hear of this.hearings.get(channel) ?? []) hear(payload);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.task.stop();
    this.ready.resolve();
  }

  private async send(): Promise<void> {
    this.sending = true;
    await new Promise((done) => setImmediate(done)); // what is announced in the same breath goes along
    while (this.pending.size > 0 && !this.stopping.signal.aborted) {
      const notices = [...this.pending].map((notice) => notice.split(' ', 2));
      this.pending.clear();
      await this.connected();
      await this.client
        ?.query('SELECT pg_notify(channel, payload) FROM unnest($1::text[], $2::text[]) AS n (channel, payload)', [
          notices.map(([channel]) => channel),
          notices.map(([, payload]) => payload),
        ])
        .catch(() => undefined); // a lost hint: whoever needs it looks by himself before long
      await pause(GATHER_MS, this.stopping.signal);
    }
    this.sending = false;
  }

  /** Connects when it is first needed. */
  private connected(): Promise<void> {
    this.task.start();
    return this.ready.promise;
  }

  /** Listens for as long as the connection lasts; answers that the next one is to be opened at once. */
  private async session(signal: AbortSignal): Promise<number> {
    const over = new AbortController();
    const client = await this.connect(() => over.abort());
    this.client = client;
    this.ready.resolve();
    if (this.mayHaveMissed) this.notifyAll();
    this.mayHaveMissed = false;
    const ended = AbortSignal.any([over.signal, signal]);
    if (!ended.aborted) await once(ended, 'abort');
    this.client = undefined;
    await client.end().catch(() => undefined);
    if (signal.aborted) return 0;
    this.mayHaveMissed = true;
    this.ready = Promise.withResolvers();
    this.log.warn(
      'The connection that listens for changes was lost; until it is back, Haven looks every second.',
      PgPubSub.name,
    );
    return 0;
  }

  /** While that fails, everybody is told to look. */
  private async connect(lost: () => void): Promise<pg.Client> {
    const client = new pg.Client({
      ...runtimeConnection(this.address, this.config),
      application_name: 'haven-notices',
    });
    client.on('error', () => undefined); // 'end' follows
    client.once('end', lost);
    try {
      await client.connect();
      client.on('notification', ({ channel, payload, processId }) => {
        if (processId !== (client as unknown as { processID: number }).processID) this.publishLocally(channel, payload); // the driver's own, not in its types
      });
      for (const channel of this.hearings.keys()) await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      this.mayHaveMissed = true;
      this.notifyAll();
      throw error;
    }
  }

  private notifyAll(): void {
    for (const channel of this.hearings.keys()) this.publishLocally(channel);
  }
}
