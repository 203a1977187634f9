import type { Pool, PoolClient } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';

import type { DatabaseMetrics } from './database-metrics.js';

/** The connection pool that TypeORM opens. Measures how long it takes to get a connection. */
export class ConnectionPool {
  constructor(
    private readonly dataSource: DataSource,
    private readonly metrics: DatabaseMetrics,
    size: number,
  ) {
    metrics.watchPool(() => this.pool, size);
  }

  /** Adds an error listener to each connection, because `pg.Pool` handles errors only while a connection is idle. */
  ignoreConnectionErrors(): void {
    this.pool.on('acquire', (client) => {
      if (!client.listeners('error').includes(ignoreError)) client.on('error', ignoreError);
    });
  }

  /** Gets a connection, which the caller must release. */
  connect(): Promise<PoolClient> {
    return this.timed(() => this.pool.connect());
  }

  /** Gets the connection of a TypeORM query runner. The query runner releases it, so the caller must not. */
  connectFor(runner: QueryRunner): Promise<PoolClient> {
    return this.timed(() => runner.connect() as Promise<PoolClient>); // the driver is always postgres
  }

  /** Number of connections that are checked out. */
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

/** Returns the pool that TypeORM opened. */
export function poolOf({ driver }: DataSource): Pool {
  return (driver as PostgresDriver).master as Pool; // the driver is always postgres
}

/**
 * Does nothing, because the next statement on the connection fails and reports the error to its caller. Without a
 * listener, the error would end the process.
 */
function ignoreError(): void {}
