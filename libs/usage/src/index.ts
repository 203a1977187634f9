export { Quotas } from './application/quotas.js';
export type { UsageDelta } from './domain/pending-usage.js';
export { checkUsage } from './infrastructure/usage-check.js';
export { UsageModule } from './usage.module.js';
