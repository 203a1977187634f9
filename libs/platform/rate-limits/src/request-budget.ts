import type { FastifyReply } from 'fastify';

import { HavenError } from '@haven/kernel';

import type { RateLimit } from './rate-limit.js';
import type { LimitStatus } from './limit-status.js';

/** A limit, and the key under which it counts the request. */
export interface Bucket {
  readonly limit: RateLimit;
  readonly key: string;
}

/** The limits that apply to one request or connection, and the response headers about them. */
export class RequestBudget {
  private readonly buckets: Bucket[] = [];
  private readonly statuses: LimitStatus[] = [];
  private isRefused = false;

  /** No headers are written if `reply` is omitted. */
  constructor(private readonly reply?: FastifyReply) {}

  /**
   * Adds the given limits, and takes the cost from only them. Returns no promise if the limits are counted in this
   * process.
   */
  enter(buckets: readonly Bucket[], cost: number): void | Promise<void> {
    const from = this.buckets.length;
    this.buckets.push(...buckets);
    return this.takeFrom(from, cost);
  }

  /** Takes a cost from all limits, or throws `RATE_LIMITED` and takes nothing. */
  async consume(cost: number): Promise<void> {
    if (cost <= 0) return;
    await this.takeFrom(0, cost);
    this.writeHeaders();
  }

  /** Takes the cost, or everything that is left if that is less. */
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
      if (limit && cost > limit.quota) throw costAboveQuota(limit, cost);
    }
    const taken = this.buckets.slice(from).map(({ limit, key }) => limit.take(key, cost));
    if (taken.every(isLimitStatus)) return this.settle(from, cost, taken);
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
      const status = this.statuses[from + index];
      if (!status?.passed) continue;
      await limit.refund(key, cost);
      this.statuses[from + index] = { ...status, remaining: status.remaining + cost };
    }
  }

  /**
   * Writes the state of all limits to the response headers. After several calls of `enter`, call it once at the end.
   */
  writeHeaders(): void {
    if (!this.reply || this.reply.raw.headersSent) return;
    if (this.isRefused) this.reply.removeHeader('retry-after'); // set by a refusal, after which the request waited
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

function isLimitStatus(status: LimitStatus | Promise<LimitStatus>): status is LimitStatus {
  return !(status instanceof Promise);
}

/** Returns a 429 error with the names of the exceeded limits, and of the setting if the limits are no `rateLimits`. */
export function rateLimited(policies: string[], retryAfter: number, setting?: string): HavenError {
  const names = `${policies.join(' and ')}${setting === undefined ? '' : ` (${setting})`}`;
  return new HavenError('RATE_LIMITED', `Rate limit exceeded: ${names}.`, {
    retryAfter,
    violatedPolicies: policies,
  });
}

/** Returns the error for a cost above the whole quota, for which waiting does not help. */
function costAboveQuota({ name, quota }: RateLimit, cost: number): HavenError {
  return new HavenError(
    'LIMIT_EXCEEDED',
    `The request costs ${cost}, but the rate limit "${name}" never allows more than ${quota}; send smaller requests.`,
  );
}

const UNTOUCHED = { remaining: 0, resetsIn: 0 };

/**
 * Rounds up to whole seconds, at least 1, so that a client that waits for the `t` of the header `RateLimit` or for
 * `Retry-After` does not retry before the window ends.
 */
function seconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(Math.round(milliseconds) / 1_000));
}
