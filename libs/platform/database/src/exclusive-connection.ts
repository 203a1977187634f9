import type { PoolClient } from 'pg';

import { ClientGone } from '@haven/kernel';
import type { Caller, HavenError } from '@haven/kernel';

import { cancelStatement, isUsable } from './cancel-statement.js';
import type { ConnectionMetrics } from './database-metrics.js';
import { keepsSession } from './watched-client.js';

/**
 * A connection of the pool that only one request uses, until it releases the connection. When the client of the request
 * is gone, the statement that runs is cancelled, unless the connection is protected.
 */
export class ExclusiveConnection {
  private readonly from = performance.now();
  private readonly stopWatching: (() => void) | undefined;
  private cancellation: Promise<void> | undefined;
  private reason: HavenError | undefined;
  private isProtected = false;

  /** `giveBack` returns the connection to its pool, or closes it if `destroy` is true. */
  constructor(
    readonly client: PoolClient,
    private readonly caller: Caller,
    private readonly metrics: ConnectionMetrics,
    private readonly giveBack: (destroy: boolean) => void | Promise<void>,
  ) {
    this.stopWatching = caller.client?.onGone(() => this.cancel());
  }

  /** Whether the statements of this connection were cancelled. No further statement should be sent. */
  get isCancelled(): boolean {
    return this.cancellation !== undefined;
  }

  /** Returns the error to report for one that occurred on this connection: a cancelled statement is no failure. */
  explain(error?: unknown): unknown {
    return this.isCancelled ? (this.reason ?? new ClientGone(error)) : error;
  }

  /** Prevents cancellation from now on. Must be called before a statement that commits is sent. */
  protect(): void {
    this.isProtected = true;
  }

  /** Waits until PostgreSQL has processed the request to cancel, if there was one. */
  async cancelled(): Promise<void> {
    await this.cancellation;
  }

  /**
   * Returns the connection to the pool, and charges the tenant for the time for which it was held. After a
   * cancellation, it checks that the connection still works; otherwise it closes the connection.
   *
   * A pooler may respond to a cancellation that arrives too late with a ReadyForQuery that belongs to no statement.
   * Every later response would be taken for the one of the statement before, so such a connection is always closed.
   */
  async release(): Promise<void> {
    this.protect();
    this.stopWatching?.();
    this.caller.chargeDatabaseTime?.(performance.now() - this.from);
    if (!this.cancellation) return this.giveBack(false);
    await this.cancellation;
    await this.giveBack(!keepsSession(this.client) || !(await isUsable(this.client)));
  }

  /**
   * Cancels the statement that runs, unless the connection is protected. `reason` is the error to report; by default,
   * the client of the request is gone.
   */
  cancel(reason?: HavenError): void {
    if (this.isProtected || this.cancellation) return;
    this.reason = reason;
    if (!reason) this.metrics.recordCancellation();
    this.cancellation = cancelStatement(this.client);
  }
}
