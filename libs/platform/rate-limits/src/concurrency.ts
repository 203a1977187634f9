import type { FastifyReply } from 'fastify';

import { rateLimited } from './request-budget.js';

/** How many requests of each tenant this process works on, so that none has all connections of the database waiting for it. */
export class ConcurrencyLimit {
  private readonly running = new Map<string, number>();

  /** 0 is no limit. */
  constructor(private readonly most: number) {}

  /** One more, until it is answered or its client is gone; `RATE_LIMITED` if there are as many as may be. */
  enter(tenant: string, { raw }: FastifyReply): void {
    if (this.most === 0 || raw.destroyed) return; // nobody would hear that it is over
    const running = this.running.get(tenant) ?? 0;
    if (running >= this.most) throw rateLimited(['concurrency'], 1);
    this.running.set(tenant, running + 1);
    raw.once('close', () => this.leave(tenant));
  }

  private leave(tenant: string): void {
    const left = (this.running.get(tenant) ?? 1) - 1;
    if (left > 0) this.running.set(tenant, left);
    else this.running.delete(tenant);
  }
}
