import type { FastifyReply } from 'fastify';

import { HavenError } from '@haven/kernel';

import type { RateLimit } from './rate-limit.js';
import type { LimitStatus } from './limit-status.js';

/** A limit and whom it counts here. */
export interface Bucket {
  readonly limit: RateLimit;
  readonly key: string;
}

/** The limits that one request, or one connection, has come under, and what it tells about them in its answer. */
export class RequestBudget {
  private readonly buckets: Bucket[] = [];
  private readonly statuses: LimitStatus[] = [];
  private isRefused = false;

  /** Without a reply there is nobody to tell in headers. */
  constructor(private readonly reply?: FastifyReply) {}

  /** Comes under more limits, and takes a cost from these alone; at once where nobody else must be asked. */
  enter(accounts: readonly Bucket[], cost: number): void | Promise<void> {
    const from = this.buckets.length;
    this.buckets.push(...accounts);
    return this.takeFrom(from, cost);
  }

  /** Takes a cost from all limits, or fails with `RATE_LIMITED` and takes nothing. */
  async consume(cost: number): Promise<void> {
    if (cost <= 0) return;
    await this.takeFrom(0, cost);
    this.writeHeaders();
  }

  /** Takes the cost, or all that is left when that is less. */
  async consumeAtMost(cost: number): Promise<void> {
    try {
      await this.consume(cost);
    } catch {
      await this.consume(Math.min(...this.statuses.map(({ remaining }) => remaining)));
    }
  }

  private takeFrom(from: number, cost: number): void | Promise<void> {
    for (let index = from; index < this.buckets.length; index++) {
      const limit = this.buckets[index]?.limit;
      if (limit && cost > limit.quota) throw neverFits(limit, cost);
    }
    const taken = this.buckets.slice(from).map(({ limit, key }) => limit.take(key, cost));
    if (taken.every(isThere)) return this.settle(from, cost, taken);
    return Promise.all(taken.map((each) => Promise.resolve(each))).then((known) => this.settle(from, cost, known));
  }

  private settle(from: number, cost: number, taken: readonly LimitStatus[]): void | Promise<void> {
    this.statuses.splice(from, taken.length, ...taken);
    if (taken.some(({ passed }) => !passed)) return this.refuse(from, cost, taken);
  }

  private async refuse(from: number, cost: number, taken: readonly LimitStatus[]): Promise<never> {
    const violated = this.buckets.slice(from).filter((_, index) => !taken[index]?.passed);
    await this.refund(from, cost);
    this.writeHeaders();
    const resetsIn = Math.max(...taken.filter(({ passed }) => !passed).map(({ resetsIn }) => resetsIn));
    throw this.refused(violated, seconds(resetsIn));
  }

  private async refund(from: number, cost: number): Promise<void> {
    for (const [index, { limit, key }] of this.buckets.slice(from).entries()) {
      const standing = this.statuses[from + index];
      if (!standing?.passed) continue;
      await limit.refund(key, cost);
      this.statuses[from + index] = { ...standing, remaining: standing.remaining + cost };
    }
  }

  /** Writes how all limits stand into the answer: whoever enters several does so at the end. */
  writeHeaders(): void {
    if (!this.reply || this.reply.raw.headersSent) return;
    if (this.isRefused) this.reply.removeHeader('retry-after'); // it has waited, and goes on
    let policies = '';
    let states = '';
    for (const [index, { limit }] of this.buckets.entries()) {
      const { remaining, resetsIn } = this.statuses[index] ?? UNTOUCHED;
      policies += `${policies && ', '}${limit.policy}`;
      states += `${states && ', '}"${limit.name}";r=${remaining};t=${seconds(resetsIn)}`;
    }
    this.reply.header('ratelimit-policy', policies).header('ratelimit', states);
  }

  private refused(violated: readonly Bucket[], retryAfter: number): HavenError {
    this.isRefused = true;
    if (this.reply && !this.reply.raw.headersSent) this.reply.header('retry-after', String(retryAfter));
    return rateLimited(
      violated.map(({ limit: { name } }) => name),
      retryAfter,
    );
  }
}

function isThere(standing: LimitStatus | Promise<LimitStatus>): standing is LimitStatus {
  return !(standing instanceof Promise);
}

/** 429, with the names of the limits that do not allow it. */
export function rateLimited(policies: string[], retryAfter: number): HavenError {
  const names = policies.join(' and ');
  return new HavenError('RATE_LIMITED', `The rate limit of the ${names} does not allow this now.`, {
    retryAfter,
    violatedPolicies: policies,
  });
}

/** Waiting would be of no use. */
function neverFits({ name, quota }: RateLimit, cost: number): HavenError {
  return new HavenError(
    'LIMIT_EXCEEDED',
    `This costs ${cost}, and the rate limit of the ${name} never allows more than ${quota}; ask for less at once.`,
  );
}

const UNTOUCHED = { remaining: 0, resetsIn: 0 };

/** No point in time before the end: `t` and `Retry-After` are whole seconds. */
function seconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(Math.round(milliseconds) / 1_000));
}
