import type { FastifyReply } from 'fastify';

import { rateLimited } from './request-budget.js';

/** Limits the concurrent requests per tenant in this process, so that no tenant uses all database connections. */
export class ConcurrencyLimit {
  private readonly running = new Map<string, number>();

  /** `max` is 0 for no limit. */
  constructor(private readonly max: number) {}

  /** Counts a request until its response is closed. Throws `RATE_LIMITED` if the tenant has too many requests. */
  enter(tenant: string, { raw }: FastifyReply): void {
    if (this.max === 0 || raw.destroyed) return; // it has emitted `close` already
    const running = this.running.get(tenant) ?? 0;
    if (running >= this.max) throw rateLimited(['concurrency'], 1);
    this.running.set(tenant, running + 1);
    raw.once('close', () => this.leave(tenant));
  }

  private leave(tenant: string): void {
    const left = (this.running.get(tenant) ?? 1) - 1;
    if (left > 0) this.running.set(tenant, left);
    else this.running.delete(tenant);
  }
}
