import { Module } from '@nestjs/common';

import { IdempotencyCleanup } from './idempotency-cleanup.js';
import { IdempotencyStore } from './idempotency-store.js';

/** Provides idempotency to modules with operations that accept an `Idempotency-Key`. */
@Module({ providers: [IdempotencyStore, IdempotencyCleanup], exports: [IdempotencyStore] })
export class IdempotencyModule {}
