export { FinalTransaction } from './final-transaction.js';
export { IdempotencyModule } from './idempotency.module.js';
export { Idempotent } from './idempotent.decorator.js';
export { IdempotencyStore } from './idempotency-store.js';
export { IdempotentExecution } from './idempotent-execution.js';
export { ResponseQuota } from './response-quota.js';
