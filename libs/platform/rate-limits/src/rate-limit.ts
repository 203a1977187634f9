import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

import type { HavenConfig } from '@haven/config';
import { HavenError } from '@haven/kernel';

import type { OptionalRedis } from './optional-redis.js';
import { WindowCounter } from './window-counter.js';
import type { LimitStatus } from './limit-status.js';

/** As the library's own, but what is refused takes nothing, and nothing is given back to a window that is over. */
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

/** How much somebody may cost within a window that begins with the first cost; counted in Redis, or in this process. */
export class RateLimit {
  /** As `RateLimit-Policy` tells it. */
  readonly policy: string;
  private readonly here: WindowCounter;
  private readonly shared: RateLimiterRedis | undefined;
  private readonly closes: boolean;

  constructor(
    readonly name: string,
    readonly quota: number,
    { window, onStoreFailure }: HavenConfig['rateLimits'],
    private readonly store: OptionalRedis,
  ) {
    const duration = window / 1_000;
    this.policy = `"${name}";q=${quota};w=${duration}`;
    this.closes = onStoreFailure === 'closed';
    this.here = new WindowCounter(quota, window);
    if (store.client)
      this.shared = new RateLimiterRedis({
        points: quota,
        duration,
        keyPrefix: `haven:${name}`,
        storeClient: store.client,
        customIncrTtlLuaScript: TAKE,
      });
  }

  /** Takes the cost if so much is left, at once where this process counts; 503 `UNAVAILABLE` if nobody can tell and that is not to be risked. */
  take(key: string, cost: number): LimitStatus | Promise<LimitStatus> {
    if (!this.shared) return this.here.take(key, cost);
    return this.store.isAvailable ? this.takeShared(this.shared, key, cost) : this.withoutStore(key, cost);
  }

  /** Gives back what was taken for something that was not done. */
  async refund(key: string, cost: number): Promise<void> {
    if (!this.shared || !this.store.isAvailable) return this.here.refund(key, cost);
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
    if (!this.closes) return this.here.take(key, cost);
    throw new HavenError('UNAVAILABLE', 'The rate limits can not be looked up now; try again.', { retryAfter: 1 });
  }
}
