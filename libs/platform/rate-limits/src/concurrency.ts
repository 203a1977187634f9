import type { FastifyReply } from 'fastify';

import { BurstQueue } from './burst-queue.js';
import { rateLimited } from './request-budget.js';

/** A tenant with running requests. */
interface ActiveTenant {
  running: number;
  /** Requests that wait, while as many as may are running. */
  readonly burst: BurstQueue;
}

/**
 * Limits the concurrent requests per tenant in this process, so that no tenant uses all database connections. Those of
 * a burst wait for the tenant's running ones.
 */
export class ConcurrencyLimit {
  private readonly tenants = new Map<string, ActiveTenant>();

  /** `max` is 0 for no limit. `burstWait` is the maximum time that a request waits, in milliseconds. */
  constructor(
    private readonly max: number,
    private readonly burstWait: number,
  ) {}

  /**
   * Counts a request until its response is closed; waits if the tenant has too many requests for the moment, and throws
   * `RATE_LIMITED` if it still has too many. Returns no promise if the request need not wait.
   */
  enter(tenantId: string, { raw }: FastifyReply): void | Promise<void> {
    if (this.max === 0 || raw.destroyed) return; // it has emitted `close` already
    const tenant = this.tenants.get(tenantId) ?? { running: 0, burst: new BurstQueue(this.max, this.burstWait) };
    if (tenant.running >= this.max) return this.wait(tenantId, tenant, raw);
    this.tenants.set(tenantId, tenant);
    tenant.running++;
    raw.once('close', () => this.leave(tenantId, tenant));
  }

  private async wait(tenantId: string, tenant: ActiveTenant, raw: FastifyReply['raw']): Promise<void> {
    if (!(await tenant.burst.enter())) throw rateLimited(['concurrency'], 1);
    if (raw.destroyed) this.leave(tenantId, tenant);
    else raw.once('close', () => this.leave(tenantId, tenant));
  }

  /** Ends a request. One that waits takes its place. */
  private leave(tenantId: string, tenant: ActiveTenant): void {
    if (tenant.burst.size > 0) return tenant.burst.admit(1);
    if (--tenant.running === 0) this.tenants.delete(tenantId);
  }
}
