export { networkOf } from './network.js';
export { Overload } from './overload.js';
export { RateLimitsModule } from './rate-limits.module.js';
export { OptionalRedis as RedisServer } from './optional-redis.js';
export { RateLimiter as Traffic } from './rate-limiter.js';
export type { Arrival } from './rate-limiter.js';
