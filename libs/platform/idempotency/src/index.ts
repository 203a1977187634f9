export { IdempotencyModule } from './idempotency.module.js';
export { Idempotent } from './idempotent.decorator.js';
export { IdempotencyStore as StoredAnswers } from './idempotency-store.js';
export { reportReplays as tellReplays } from './report-replays.js';
