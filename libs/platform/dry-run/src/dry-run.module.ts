import { Module } from '@nestjs/common';

import { IdempotencyModule } from '@haven/idempotency';

import { DryRun } from './dry-run.js';

/** Provides dry runs to modules with operations that accept `dryRun`. */
@Module({ imports: [IdempotencyModule], providers: [DryRun], exports: [DryRun] })
export class DryRunModule {}
