import { Module } from '@nestjs/common';

import { IdempotencyModule } from '@haven/idempotency';

import { DryRunExecution } from './dry-run-execution.js';
import { DryRun } from './dry-run.js';

/** Provides dry runs to modules with operations that accept `dryRun`. */
@Module({ imports: [IdempotencyModule], providers: [DryRun, DryRunExecution], exports: [DryRun, DryRunExecution] })
export class DryRunModule {}
