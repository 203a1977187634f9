export { IdempotencyModule } from './idempotency.module.js';
export { Idempotent } from './idempotent.decorator.js';
export { StoredAnswers } from './stored-answers.js';
export { tellReplays } from './tell-replays.js';
