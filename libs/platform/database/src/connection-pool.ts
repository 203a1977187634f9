import type { Pool, PoolClient } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';

import type { DatabaseMetrics } from './database-metrics.js';

/** The pool, and how long it takes to get a connection of it. */
export class ConnectionPool {
  constructor(
    private readonly dataSource: DataSource,
    private readonly metrics: DatabaseMetrics,
    size: number,
  ) {
    metrics.watchPool(() => this.pool, size);
  }

  /** The pool itself hears of a connection that breaks only while nobody has taken it. */
  ignoreConnectionErrors(): void {
    this.pool.on('acquire', (client) => {
      if (!client.listeners('error').includes(ignoreError)) client.on('error', ignoreError);
    });
  }

  /** A connection, to be released. */
  connect(): Promise<PoolClient> {
    return this.timed(() => this.pool.connect());
  }

  /** The connection of TypeORM's runner, which releases it. */
  connectFor(runner: QueryRunner): Promise<PoolClient> {
    return this.timed(() => runner.connect() as Promise<PoolClient>); // the driver is always postgres
  }

  /** How many connections are taken. */
  get taken(): number {
    return this.pool.totalCount - this.pool.idleCount;
  }

  private async timed(connect: () => Promise<PoolClient>): Promise<PoolClient> {
    const from = performance.now();
    const client = await connect();
    this.metrics.recordWait(from);
    return client;
  }

  private get pool(): Pool {
    return poolOf(this.dataSource);
  }
}

/** The pool that TypeORM opens. */
export function poolOf({ driver }: DataSource): Pool {
  return (driver as PostgresDriver).master as Pool; // the driver is always postgres
}

/** The next statement on the connection fails, and tells whom it concerns; an error that nobody hears would end the process. */
function ignoreError(): void {}
