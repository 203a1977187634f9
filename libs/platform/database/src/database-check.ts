import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { QueryResultRow } from 'pg';
import { DataSource } from 'typeorm';

import { HavenConfig } from '@haven/config';
import { ComponentHealths } from '@haven/observability';
import type { ComponentHealth } from '@haven/observability';

import { poolOf } from './connection-pool.js';
import { ConnectionWatch } from './connection-watch.js';
import { runWithoutTenant, transactionStart } from './transaction-start.js';
import type { TransactionStart } from './transaction-start.js';
import { limitSilence } from './watched-client.js';

/** Maximum time without a response to a check, in milliseconds. */
const LIMIT_MS = 2_000;

/** Checks whether the database responds now. Concurrent checks with the same statement share one query. */
@Injectable()
export class DatabaseCheck {
  private readonly running = new Map<string, Promise<QueryResultRow[]>>();
  private readonly watch: ConnectionWatch;
  private readonly size: number;
  private readonly start: TransactionStart;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    config: HavenConfig,
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
  async query<Row extends QueryResultRow>(statement: string): Promise<Row[]> {
    const running = this.running.get(statement) ?? this.send(statement).finally(() => this.running.delete(statement));
    this.running.set(statement, running);
    return (await running) as Row[]; // the caller knows the columns of its statement
  }

  /** Closes all connections of this process, and opens no more of them, if the database does not respond. */
  async abandonIfSilent(): Promise<void> {
    try {
      await this.query('SELECT 1');
    } catch {
      this.watch.abandon();
    }
  }

  private async send(statement: string): Promise<QueryResultRow[]> {
    const client = await poolOf(this.dataSource).connect();
    try {
      limitSilence(client, Math.min(LIMIT_MS, this.watch.responseTimeout));
      const { rows } = await runWithoutTenant(client, this.start, () => client.query<QueryResultRow>(statement));
      return rows;
    } finally {
      limitSilence(client, undefined);
      client.release();
    }
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
