import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type pg from 'pg';
import { DatabaseError } from 'pg-protocol';
import { DataSource } from 'typeorm';

import { HavenConfig } from '@haven/config';
import { ComponentHealths } from '@haven/observability';
import type { ComponentHealth } from '@haven/observability';

import { DATABASE_ADDRESS, pooledConnection } from './connection.js';
import type { DatabaseAddress } from './connection.js';
import { poolOf } from './connection-pool.js';
import { ConnectionWatch } from './connection-watch.js';
import { runWithoutTenant, transactionStart } from './transaction-start.js';
import type { TransactionStart } from './transaction-start.js';
import { limitSilence, WatchedClient } from './watched-client.js';

/** Maximum time without a response to a check, in milliseconds. */
const LIMIT_MS = 2_000;

/** Checks whether the database responds now. Concurrent checks with the same statement share one query. */
@Injectable()
export class DatabaseCheck {
  private readonly running = new Map<string, Promise<pg.QueryResultRow[]>>();
  private readonly watch: ConnectionWatch;
  private readonly size: number;
  private readonly start: TransactionStart;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(DATABASE_ADDRESS) private readonly address: DatabaseAddress,
    private readonly config: HavenConfig,
    components: ComponentHealths,
  ) {
    this.watch = ConnectionWatch.of(config);
    this.size = config.database.poolSize;
    this.start = transactionStart(config);
    components.add('pool', () => this.reportPool());
  }

  /**
   * Runs a short statement on a connection of the pool. If the database does not respond in time, the query fails and
   * the connection is closed, so that the next check uses another one.
   */
  async query<Row extends pg.QueryResultRow>(statement: string): Promise<Row[]> {
    const running = this.running.get(statement) ?? this.send(statement).finally(() => this.running.delete(statement));
    this.running.set(statement, running);
    return (await running) as Row[]; // the caller knows the columns of its statement
  }

  /**
   * Closes all connections of this process, and opens no more of them, if the database does not respond. If long
   * statements use all connections of the pool, it is enough that a new connection can be opened.
   */
  async abandonIfSilent(): Promise<void> {
    const { totalCount, idleCount } = poolOf(this.dataSource);
    const isFull = idleCount === 0 && totalCount >= this.size;
    const response = this.query('SELECT 1');
    await (isFull ? Promise.any([response, this.openConnection()]) : response).catch(() => this.watch.abandon());
  }

  private async send(statement: string): Promise<pg.QueryResultRow[]> {
    const client = await poolOf(this.dataSource).connect();
    try {
      limitSilence(client, Math.min(LIMIT_MS, this.watch.responseTimeout));
      const { rows } = await runWithoutTenant(client, this.start, () => client.query<pg.QueryResultRow>(statement));
      return rows;
    } finally {
      limitSilence(client, undefined);
      client.release();
    }
  }

  /** Opens and closes a connection of its own. */
  private async openConnection(): Promise<void> {
    const connection = pooledConnection(this.address, this.config);
    const client: pg.Client = new WatchedClient({ ...connection, connectionTimeoutMillis: LIMIT_MS });
    try {
      await client.connect();
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error; // otherwise the server has responded, with a refusal
    }
    await client.end().catch(() => undefined);
  }

  private reportPool(): ComponentHealth {
    const { totalCount, idleCount, waitingCount } = poolOf(this.dataSource);
    const used = totalCount - idleCount;
    return {
      status: used >= this.size && waitingCount > 0 ? 'down' : 'up',
      size: this.size,
      used,
      waiting: waitingCount,
      oldestUnansweredMs: this.watch.longestSilence,
    };
  }
}
