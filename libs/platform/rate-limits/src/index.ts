export { ClientAddresses } from './client-addresses.js';
export { networkOf } from './network.js';
export { Overload } from './overload.js';
export { RateLimitsModule } from './rate-limits.module.js';
export { OptionalRedis } from './optional-redis.js';
export { RateLimiter } from './rate-limiter.js';
export type { Arrival } from './rate-limiter.js';
export { rateLimited } from './request-budget.js';
export type { RequestBudget } from './request-budget.js';
