import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

import type { HavenConfig } from '@haven/config';
import { HavenError } from '@haven/kernel';

import type { OptionalRedis } from './optional-redis.js';
import { WindowCounter } from './window-counter.js';
import type { LimitStatus } from './limit-status.js';

/**
 * Redis script that takes a cost from a window, or refunds a negative cost. Unlike the library's own script, it takes
 * nothing if it refuses the cost, and refunds nothing to a window that has ended.
 */
const TAKE = `
local taken = tonumber(redis.call('get', KEYS[1]) or '0')
local cost = tonumber(ARGV[1])
local left = redis.call('pttl', KEYS[1])
if left < 0 then
  if cost < 0 then return {0, 0} end
  taken, left = 0, 1000 * ARGV[2]
end
if cost > 0 and taken + cost > tonumber(ARGV[3]) then return {taken + cost, left} end
redis.call('set', KEYS[1], taken + cost, 'PX', left)
return {taken + cost, left}`;

/**
 * Redis script that takes a cost for work that is already done. What exceeds the quota prolongs the window in
 * proportion, up to twice its length.
 */
const DEBIT = `
local quota, window = tonumber(ARGV[3]), 1000 * ARGV[2]
local taken = tonumber(redis.call('get', KEYS[1]) or '0')
local left = redis.call('pttl', KEYS[1])
if left < 0 then taken, left = 0, window end
taken = math.min(taken + ARGV[1], 2 * quota)
left = math.max(left, math.ceil(math.max(0, taken - quota) / quota * window))
redis.call('set', KEYS[1], taken, 'PX', left)
return {taken, left}`;

/**
 * Limits the cost per key within a window that starts when the first cost is taken. The cost is counted in Redis or in
 * this process.
 */
export class RateLimit {
  /** The limit in the format of the `RateLimit-Policy` header. */
  readonly policy: string;
  private readonly local: WindowCounter;
  private readonly shared: RateLimiterRedis | undefined;
  private readonly failsClosed: boolean;

  constructor(
    readonly name: string,
    readonly quota: number,
    { window, onStoreFailure }: HavenConfig['rateLimits'],
    private readonly store: OptionalRedis,
  ) {
    const duration = window / 1_000;
    this.policy = `"${name}";q=${quota};w=${duration}`;
    this.failsClosed = onStoreFailure === 'closed';
    this.local = new WindowCounter(quota, window);
    if (store.client)
      this.shared = new RateLimiterRedis({
        points: quota,
        duration,
        keyPrefix: rateLimitKeyPrefix(name),
        storeClient: store.client,
        customIncrTtlLuaScript: TAKE,
      });
  }

  /**
   * Takes the cost if enough is left. Returns no promise if the cost is counted in this process. Throws 503
   * `UNAVAILABLE` if Redis is unavailable and `rateLimits.onStoreFailure` is `closed`.
   */
  take(key: string, cost: number): LimitStatus | Promise<LimitStatus> {
    if (!this.shared) return this.local.take(key, cost);
    return this.store.isAvailable ? this.takeShared(this.shared, key, cost) : this.withoutStore(key, cost);
  }

  /**
   * Takes a cost for work that is already done, even if less is left. The window then ends later: in proportion to what
   * exceeds the quota, and after at most twice its length.
   */
  debit(key: string, cost: number): void {
    const { client } = this.store;
    if (!this.shared || !client || !this.store.isAvailable) return this.local.debit(key, cost);
    client
      .eval(DEBIT, 1, this.shared.getKey(key), cost, this.shared.duration, this.quota)
      .catch((error: unknown) => this.store.recordFailure(error));
  }

  /** Gives back a cost that was taken for work that was not done. */
  async refund(key: string, cost: number): Promise<void> {
    if (!this.shared || !this.store.isAvailable) return this.local.refund(key, cost);
    await this.shared.reward(key, cost).catch((error: unknown) => this.store.recordFailure(error));
  }

  private async takeShared(shared: RateLimiterRedis, key: string, cost: number): Promise<LimitStatus> {
    try {
      const { remainingPoints, msBeforeNext } = await shared.consume(key, cost);
      return { passed: true, remaining: remainingPoints, resetsIn: msBeforeNext };
    } catch (refused) {
      if (refused instanceof RateLimiterRes) {
        const remaining = Math.max(0, this.quota - (refused.consumedPoints - cost));
        return { passed: false, remaining, resetsIn: refused.msBeforeNext };
      }
      this.store.recordFailure(refused);
      return this.withoutStore(key, cost);
    }
  }

  private withoutStore(key: string, cost: number): LimitStatus {
    if (!this.failsClosed) return this.local.take(key, cost);
    throw new HavenError('UNAVAILABLE', 'The rate limits cannot be checked now; try again.', { retryAfter: 1 });
  }
}

/** Returns the prefix of a limit's keys in Redis, which all processes and versions share. */
export function rateLimitKeyPrefix(name: string): string {
  return `haven:${name}`;
}
