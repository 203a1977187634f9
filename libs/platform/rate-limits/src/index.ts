export { networkOf } from './network.js';
export { Overload } from './overload.js';
export { RateLimitsModule } from './rate-limits.module.js';
export { RedisServer } from './redis-server.js';
export { Traffic } from './traffic.js';
export type { Arrival } from './traffic.js';
