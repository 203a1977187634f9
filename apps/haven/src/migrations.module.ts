import { Global, Module } from '@nestjs/common';

import { MIGRATION_NAMES } from '@haven/health';

import { migrations } from './migrations/index.js';

/** Tells the probes which migrations the database must have. */
@Global()
@Module({
  providers: [{ provide: MIGRATION_NAMES, useValue: migrations.map(({ name }) => name) }],
  exports: [MIGRATION_NAMES],
})
export class MigrationsModule {}
