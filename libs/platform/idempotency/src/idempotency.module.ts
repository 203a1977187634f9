import { Module } from '@nestjs/common';

import { IdempotencyCleanup } from './idempotency-cleanup.js';
import { IdempotencyStore } from './idempotency-store.js';

/** For modules with operations that may be sent again with the same `Idempotency-Key`. */
@Module({ providers: [IdempotencyStore, IdempotencyCleanup], exports: [IdempotencyStore] })
export class IdempotencyModule {}
