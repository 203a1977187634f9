import type { FastifyReply } from 'fastify';

import type { HavenConfig } from '@haven/config';
import { ClientGone } from '@haven/kernel';

import { rateLimited } from './request-budget.js';
import { ADMISSION_MS, poolQueueFor, RequestQueue } from './request-queue.js';

/** A tenant with running requests, or with some that wait. */
interface ActiveTenant {
  running: number;
  readonly queue: RequestQueue;
}

/** Returns the number of a tenant's transactions that wait for a database connection. */
type CountWaiting = (tenantId: string) => number;

/**
 * Limits per tenant the concurrent requests in this process, and those that begin while its transactions wait for the
 * database, so that no tenant uses all database connections. The tenant's further requests wait here, where they hold
 * nothing that other tenants need.
 */
export class ConcurrencyLimit {
  private readonly tenants = new Map<string, ActiveTenant>();
  private readonly maxRunning: number;
  private readonly poolQueue: number;
  private readonly maxWaiting: number;
  private readonly maxWait: number;
  private waiting = 0;
  private admitting: NodeJS.Timeout | undefined;

  constructor(
    { rateLimits, overload }: Pick<HavenConfig, 'rateLimits' | 'overload'>,
    private readonly transactionsOf: CountWaiting,
  ) {
    this.maxRunning = rateLimits.concurrentPerTenant || Infinity;
    this.poolQueue = overload.poolQueue;
    this.maxWaiting = overload.requestQueue;
    this.maxWait = overload.burstWait;
  }

  /**
   * Counts a request until its response is closed; waits if the tenant has too many requests for the moment, and throws
   * `RATE_LIMITED` if it still has too many. Returns no promise if the request need not wait.
   */
  enter(tenantId: string, { raw }: FastifyReply): void | Promise<void> {
    if (raw.destroyed) return; // it has emitted `close` already
    const tenant = this.tenants.get(tenantId) ?? this.newTenant();
    this.tenants.set(tenantId, tenant);
    if (tenant.queue.size > 0 || this.capacityOf(tenantId, tenant) <= 0) return this.wait(tenantId, tenant, raw);
    tenant.running++;
    raw.once('close', () => this.leave(tenantId, tenant));
  }

  private async wait(tenantId: string, tenant: ActiveTenant, raw: FastifyReply['raw']): Promise<void> {
    const refusal = tenant.running >= this.maxRunning ? TOO_MANY_REQUESTS : TOO_MANY_TRANSACTIONS;
    const turn = this.waiting < this.maxWaiting ? tenant.queue.enter(raw) : undefined;
    if (!turn) throw refusal;
    this.waiting++;
    this.admitting ??= setInterval(() => this.admitAll(), ADMISSION_MS);
    const outcome = await turn;
    this.waiting--;
    if (outcome === 'admitted') {
      if (raw.destroyed) this.leave(tenantId, tenant);
      else raw.once('close', () => this.leave(tenantId, tenant));
      return;
    }
    this.forget(tenantId, tenant);
    throw outcome === 'gone' ? new ClientGone() : refusal;
  }

  /** Ends a request. One that waits takes its place. */
  private leave(tenantId: string, tenant: ActiveTenant): void {
    tenant.running--;
    if (tenant.queue.size > 0) this.admit(tenant, Math.min(1, this.capacityOf(tenantId, tenant)));
    this.forget(tenantId, tenant);
  }

  private admitAll(): void {
    for (const [tenantId, tenant] of this.tenants)
      if (tenant.queue.size > 0) this.admit(tenant, this.capacityOf(tenantId, tenant));
    if (this.waiting > 0) return;
    clearInterval(this.admitting);
    this.admitting = undefined;
  }

  /** Counts the admitted requests at once, before they run. */
  private admit(tenant: ActiveTenant, count: number): void {
    tenant.running += tenant.queue.admit(count);
  }

  /** Number of the tenant's requests that may begin now. */
  private capacityOf(tenantId: string, { running, queue }: ActiveTenant): number {
    const maxTransactions = Math.max(1, poolQueueFor(queue, this.poolQueue));
    return Math.min(this.maxRunning - running, maxTransactions - this.transactionsOf(tenantId));
  }

  /** A tenant may have half of the requests that wait, so that others can wait too. */
  private newTenant(): ActiveTenant {
    return { running: 0, queue: new RequestQueue(Math.ceil(this.maxWaiting / 2), this.maxWait) };
  }

  private forget(tenantId: string, tenant: ActiveTenant): void {
    const isIdle = tenant.running === 0 && tenant.queue.size === 0;
    if (isIdle && this.tenants.get(tenantId) === tenant) this.tenants.delete(tenantId);
  }
}

/** The errors are created once, because many requests may be refused. */
const TOO_MANY_REQUESTS = rateLimited(['concurrency'], 1);
const TOO_MANY_TRANSACTIONS = rateLimited(['connections'], 1, 'overload.poolQueue');
