import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import pg from 'pg';
import { DataSource } from 'typeorm';

import { HavenConfig } from '@haven/config';
import { readJson } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { DATABASE_ADDRESS, pooledConnection } from './connection.js';
import type { DatabaseAddress } from './connection.js';
import { ConnectionPool, poolOf } from './connection-pool.js';
import { DatabaseMetrics } from './database-metrics.js';

// Columns of JSON, such as the filters of webhooks, are read like documents.
pg.types.setTypeParser(pg.types.builtins.JSON, readJson);
pg.types.setTypeParser(pg.types.builtins.JSONB, readJson);

/**
 * The connection pools of a process: one for requests, and a small one for streams, so that neither delays the other.
 */
@Injectable()
export class ConnectionPools implements OnModuleInit, OnApplicationShutdown {
  readonly requests: ConnectionPool;
  readonly streams: ConnectionPool;
  private readonly streamPool: pg.Pool;

  constructor(
    @InjectDataSource() dataSource: DataSource,
    @Inject(DATABASE_ADDRESS) address: DatabaseAddress,
    config: HavenConfig,
    metrics: DatabaseMetrics,
  ) {
    const { poolSize, streamPoolSize, acquireTimeout, statementTimeout } = config.database;
    const { poolQueue: tenantQueue, burstWait } = config.overload;
    const requests = { size: poolSize, isShared: true, acquireTimeout, tenantQueue, burstWait };
    const streams = {
      size: streamPoolSize,
      isShared: false,
      // A stream has no deadline, so it can wait for the statement of another stream.
      acquireTimeout: acquireTimeout + statementTimeout,
      tenantQueue: Infinity, // the numbers of streams are limited
      burstWait: 0,
    };
    this.streamPool = new pg.Pool({ ...pooledConnection(address, config), max: streamPoolSize });
    this.requests = new ConnectionPool(() => poolOf(dataSource), requests, metrics.pool('haven'));
    this.streams = new ConnectionPool(() => this.streamPool, streams, metrics.pool('haven-streams'));
  }

  onModuleInit(): void {
    this.requests.ignoreConnectionErrors();
    this.streams.ignoreConnectionErrors();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.streamPool.end();
  }

  /** Returns the pool for statements that need no connection of TypeORM. */
  of({ isStream }: Caller): ConnectionPool {
    return isStream ? this.streams : this.requests;
  }

  /** Number of connections that are checked out. */
  get taken(): number {
    return this.requests.taken + this.streams.taken;
  }

  /** Number of transactions that wait only because of what their own request or tenant holds. */
  get heldBack(): number {
    return this.requests.heldBack + this.streams.heldBack;
  }
}
