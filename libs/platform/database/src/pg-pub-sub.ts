import { once } from 'node:events';

import { Inject, Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import pg from 'pg';

import { HavenConfig } from '@haven/config';
import { pause } from '@haven/kernel';
import { Log } from '@haven/observability';

import { BackgroundTasks } from './background-task.js';
import type { BackgroundTask } from './background-task.js';
import { DATABASE_ADDRESS } from './connection.js';
import type { DatabaseAddress } from './connection.js';
import { connectSession, sessionConnection, sessionPid } from './session-connection.js';
import { WatchedClient } from './watched-client.js';

/** Receives the payload of a notification, or no payload if notifications may have been missed. */
export type Subscriber = (payload?: string) => void;

/** Interval at which all subscribers are called while the connection is lost, because they may miss notifications. */
const POLL_MS = 1_000;

/** Minimum delay between two statements that send notifications. Those published in between are sent together. */
const BATCH_MS = 5;

/**
 * Notifies subscribers of changes: in this process immediately, and in others by LISTEN and NOTIFY over a dedicated
 * connection. NOTIFY is never part of the transaction that made the change, because PostgreSQL lets only one
 * transaction with a NOTIFY commit at a time. A notification is only a hint and may be lost; the tables are
 * authoritative.
 */
@Injectable()
export class PgPubSub implements BeforeApplicationShutdown {
  private readonly subscribers = new Map<string, Set<Subscriber>>();
  private readonly pending = new Set<string>();
  private readonly stopping = new AbortController();
  private readonly task: BackgroundTask;
  private client: pg.Client | undefined;
  /** Resolves once there is a connection, or at shutdown. */
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
      failure: 'The connection for notifications could not be opened; until it is open, Haven polls every second',
      interval: POLL_MS,
      run: (signal) => this.session(signal),
    });
  }

  /**
   * Calls `subscriber` for notifications on the channel, from when this resolves until the returned function is called.
   */
  async subscribe(channel: string, subscriber: Subscriber): Promise<() => void> {
    const others = this.subscribers.get(channel);
    if (others) others.add(subscriber);
    else this.subscribers.set(channel, new Set([subscriber]));
    await this.connected();
    // If LISTEN fails, the next connection repeats it.
    if (!others) await this.client?.query(`LISTEN ${pg.escapeIdentifier(channel)}`).catch(() => undefined);
    return () => void this.subscribers.get(channel)?.delete(subscriber);
  }

  /** Notifies all processes. Identical notifications that are published before the first is sent are sent once. */
  publish(channel: string, payload = ''): void {
    this.publishLocally(channel, payload);
    this.pending.add(`${channel} ${payload}`);
    if (!this.sending) void this.send();
  }

  /** Notifies this process only. */
  publishLocally(channel: string, payload?: string): void {
    for (const subscriber of this.subscribers.get(channel) ?? []) subscriber(payload);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.task.stop();
    this.ready.resolve();
  }

  private async send(): Promise<void> {
    this.sending = true;
    await new Promise((done) => setImmediate(done)); // notifications published in the same tick are sent together
    while (this.pending.size > 0 && !this.stopping.signal.aborted) {
      const notifications = [...this.pending].map((notification) => notification.split(' ', 2));
      this.pending.clear();
      await this.connected();
      await this.client
        ?.query('SELECT pg_notify(channel, payload) FROM unnest($1::text[], $2::text[]) AS n (channel, payload)', [
          notifications.map(([channel]) => channel),
          notifications.map(([, payload]) => payload),
        ])
        .catch(() => undefined); // the hint is lost; its subscribers also poll the tables
      await pause(BATCH_MS, this.stopping.signal);
    }
    this.sending = false;
  }

  /** Opens the connection when it is first needed, and waits for it. */
  private connected(): Promise<void> {
    this.task.start();
    return this.ready.promise;
  }

  /** Listens until the connection ends. Returns 0, so that the next connection is opened immediately. */
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
      'The connection for notifications was lost; until it is restored, Haven polls every second.',
      PgPubSub.name,
    );
    return 0;
  }

  /**
   * Opens a connection that listens on all channels. On failure, calls all subscribers, which may miss notifications.
   */
  private async connect(lost: () => void): Promise<pg.Client> {
    const session = sessionConnection(this.address, this.config);
    const client: pg.Client = new WatchedClient({
      ...session,
      application_name: 'haven-notices',
      heartbeat: true,
    });
    client.on('error', () => undefined); // 'end' follows
    client.once('end', lost);
    try {
      await connectSession(client, session.settings);
      const own = await sessionPid(client);
      client.on('notification', ({ channel, payload, processId }) => {
        if (processId !== own) this.publishLocally(channel, payload);
      });
      for (const channel of this.subscribers.keys()) await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      this.mayHaveMissed = true;
      this.notifyAll();
      throw error;
    }
  }

  private notifyAll(): void {
    for (const channel of this.subscribers.keys()) this.publishLocally(channel);
  }
}
