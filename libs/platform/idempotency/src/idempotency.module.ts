import { Module } from '@nestjs/common';

import { FinalTransaction } from './final-transaction.js';
import { IdempotencyCleanup } from './idempotency-cleanup.js';
import { IdempotencyStore } from './idempotency-store.js';
import { IdempotentExecution } from './idempotent-execution.js';

/** Provides idempotency to modules with operations that accept an `Idempotency-Key`. */
@Module({
  providers: [IdempotencyStore, IdempotentExecution, FinalTransaction, IdempotencyCleanup],
  exports: [IdempotencyStore, IdempotentExecution, FinalTransaction],
})
export class IdempotencyModule {}
