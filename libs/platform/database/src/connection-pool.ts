import type { Pool, PoolClient } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';

import { ClientGone, HavenError } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { ConnectionShares } from './connection-shares.js';
import type { Budget, ConnectionUse, Ticket } from './connection-shares.js';
import type { ConnectionMetrics } from './database-metrics.js';
import { ExclusiveConnection } from './exclusive-connection.js';
import type { LeasedConnection } from './multiplexed-pool.js';

/** How many times as long as usual a tenant's queue may be during a burst. */
const BURST_FACTOR = 4;

interface PoolOptions {
  readonly size: number;
  /** Whether the pool is also used for short statements that share connections. */
  readonly isShared: boolean;
  /** Maximum time to wait for a connection, in milliseconds. */
  readonly acquireTimeout: number;
  /**
   * Maximum number of a tenant's transactions that wait for connections that the tenant itself holds. It may be
   * exceeded for `burstWait` milliseconds after the tenant's queue was empty, so that a burst is not refused.
   */
  readonly tenantQueue: number;
  readonly burstWait: number;
}

/** A connection pool that is shared fairly by tenants and requests ({@link ConnectionShares}). */
export class ConnectionPool {
  private readonly shares: ConnectionShares;

  /** `pool` is called for each connection, because TypeORM opens its pool after this object is created. */
  constructor(
    private readonly pool: () => Pool,
    private readonly options: PoolOptions,
    private readonly metrics: ConnectionMetrics,
  ) {
    this.shares = new ConnectionShares(options.size, options.isShared);
    metrics.watch(pool, options.size, () => this.shares.waiting());
  }

  /**
   * Adds an error listener to each connection, because `pg.Pool` handles errors only while a connection is idle, and
   * one to the pool, which discards the connections that break then.
   */
  ignoreConnectionErrors(): void {
    this.pool().on('error', ignoreError);
    this.pool().on('acquire', (client) => {
      if (!client.listeners('error').includes(ignoreError)) client.on('error', ignoreError);
    });
  }

  /**
   * Gets a connection for one request, which must release it. Statements on it are cancelled when the client
   * is gone; see {@link ExclusiveConnection.protect}.
   */
  exclusive(caller: Caller): Promise<ExclusiveConnection> {
    return this.lease(caller, 'exclusive', async (release) => {
      const client = await this.pool().connect();
      if (caller.client?.isGone) {
        client.release();
        throw new ClientGone();
      }
      return new ExclusiveConnection(client, caller, this.metrics, (destroy) => {
        client.release(destroy);
        release();
      });
    });
  }

  /** Like `exclusive`, for the connection of a TypeORM query runner, which is released with the connection. */
  exclusiveFor(runner: QueryRunner, caller: Caller): Promise<ExclusiveConnection> {
    return this.lease(caller, 'exclusive', async (release) => {
      const client = (await runner.connect()) as PoolClient; // the driver is always postgres
      if (caller.client?.isGone) {
        await runner.release();
        throw new ClientGone();
      }
      return new ExclusiveConnection(client, caller, this.metrics, async (destroy) => {
        if (destroy) void client.end().catch(ignoreError); // the pool removes it when it is released
        await runner.release();
        release();
      });
    });
  }

  /**
   * Gets a connection for short statements, which may be those of several requests. It counts as held by the tenant of
   * `caller`, and as held by none if there is no caller. Calls `onGranted` when the connection no longer depends on the
   * tenant's share.
   */
  shared(caller: Caller | undefined, onGranted: () => void): Promise<LeasedConnection> {
    const connect = async (release: () => void): Promise<LeasedConnection> => {
      onGranted();
      const client = await this.pool().connect();
      return {
        client,
        release: () => {
          client.release();
          release();
        },
      };
    };
    return caller ? this.lease(caller, 'shared', connect) : connect(() => undefined);
  }

  /** Number of connections that are checked out. */
  get taken(): number {
    const { totalCount, idleCount } = this.pool();
    return totalCount - idleCount;
  }

  /** Number of transactions that wait for connections that their own request or tenant holds. */
  get heldBack(): number {
    const { request, tenant } = this.shares.waiting();
    return request + tenant;
  }

  /** Number of the tenant's transactions that wait. */
  waitingOf(tenantId: string): number {
    return this.shares.waitingOf({ tenantId });
  }

  /** Calls `connect` when it is the caller's turn. The connection must call `release` when it is released. */
  private async lease<Connection>(
    caller: Caller,
    use: ConnectionUse,
    connect: (release: () => void) => Promise<Connection>,
  ): Promise<Connection> {
    const from = performance.now();
    const ticket = await this.turn(caller, use);
    const release = (): void => this.shares.release(ticket);
    try {
      const connection = await connect(release);
      this.metrics.recordWait(from);
      return connection;
    } catch (error) {
      release();
      throw error;
    }
  }

  private async turn(caller: Caller, use: ConnectionUse): Promise<Ticket> {
    if (use === 'exclusive' && caller.client?.isGone) throw new ClientGone();
    let isGranted = false;
    let onGrant = (): void => void (isGranted = true);
    const ticket = this.shares.enter(caller, use, () => onGrant());
    if (isGranted) return ticket;
    if (this.shares.waitsFor(ticket) === 'tenant' && this.shares.waitingOf(caller) > this.tenantQueueOf(caller)) {
      this.shares.withdraw(ticket);
      throw this.refusal('tenant');
    }
    return new Promise((resolve, reject) => {
      const settle = (error?: HavenError): void => {
        clearTimeout(timer);
        stopWatching?.();
        if (!error) return resolve(ticket);
        this.shares.withdraw(ticket);
        reject(error);
      };
      onGrant = () => settle();
      // A shared connection serves other requests as well, so it does not depend on one client.
      const stopWatching = use === 'exclusive' ? caller.client?.onGone(() => settle(new ClientGone())) : undefined;
      let timer: NodeJS.Timeout;
      const wait = (): void => {
        timer = setTimeout(() => {
          const budget = this.shares.waitsFor(ticket);
          if (budget === 'request')
            wait(); // the other statements of the request end by their own timeout
          else settle(this.refusal(budget));
        }, this.options.acquireTimeout);
      };
      wait();
    });
  }

  private tenantQueueOf(caller: Caller): number {
    const { tenantQueue, burstWait } = this.options;
    return this.shares.waitingFor(caller) < burstWait ? BURST_FACTOR * tenantQueue : tenantQueue;
  }

  private refusal(budget: Exclude<Budget, 'request'>): HavenError {
    this.metrics.recordRefusal(budget);
    return REFUSALS[budget]();
  }
}

const REFUSALS = {
  tenant: () =>
    new HavenError(
      'RATE_LIMITED',
      'The requests of this tenant hold as many database connections as one tenant may hold, and more wait for one ' +
        'than the limits allow. Send fewer requests at a time, or requests that take less time.',
      { retryAfter: 1, violatedPolicies: ['connections'] },
    ),
  pool: () =>
    new HavenError('UNAVAILABLE', 'No database connection became free within database.acquireTimeout.', {
      retryAfter: 1,
    }),
};

/** Returns the pool that TypeORM opened. */
export function poolOf({ driver }: DataSource): Pool {
  return (driver as PostgresDriver).master as Pool; // the driver is always postgres
}

/**
 * Does nothing, because the next statement on the connection fails and reports the error to its caller. Without a
 * listener, the error would end the process.
 */
function ignoreError(): void {}
