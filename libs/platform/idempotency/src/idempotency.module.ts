import { Module } from '@nestjs/common';

import { FinalTransaction } from './final-transaction.js';
import { IdempotencyCleanup } from './idempotency-cleanup.js';
import { IdempotencyStore } from './idempotency-store.js';
import { IdempotentExecution } from './idempotent-execution.js';
import { SingleWriteExecution } from './single-write-execution.js';
import { SingleWrites } from './single-writes.js';

/** Provides idempotency to modules with operations that accept an `Idempotency-Key`. */
@Module({
  providers: [
    IdempotencyStore,
    IdempotentExecution,
    SingleWriteExecution,
    SingleWrites,
    FinalTransaction,
    IdempotencyCleanup,
  ],
  exports: [IdempotencyStore, IdempotentExecution, SingleWriteExecution, SingleWrites, FinalTransaction],
})
export class IdempotencyModule {}
