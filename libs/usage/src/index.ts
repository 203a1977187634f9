export { Quotas } from './application/quotas.js';
export type { Growth } from './application/quotas.js';
export type { OwnQuotas } from './domain/quota.js';
export { UsageModule } from './usage.module.js';
