import { Module } from '@nestjs/common';

import { FinalTransaction } from './final-transaction.js';
import { IdempotencyCleanup } from './idempotency-cleanup.js';
import { IdempotencyStore } from './idempotency-store.js';

/** Provides idempotency to modules with operations that accept an `Idempotency-Key`. */
@Module({
  providers: [IdempotencyStore, FinalTransaction, IdempotencyCleanup],
  exports: [IdempotencyStore, FinalTransaction],
})
export class IdempotencyModule {}
