import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';

import { DatabaseProbe } from './database.probe.js';
import { Disk } from './disk.js';
import { Lifecycle } from './lifecycle.js';
import { MIGRATION_NAMES } from './migration-names.js';
import { ProbesController } from './probes.controller.js';
import { ProbesService } from './probes.service.js';

/** Provides liveness, readiness and start-up probes. */
@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [ProbesController],
  providers: [DatabaseProbe, Disk, Lifecycle, ProbesService],
  exports: [Lifecycle],
})
export class HealthModule {
  /** `migrations` are the names of the migrations that must have run on the database. */
  static forRoot(migrations: readonly string[]): DynamicModule {
    return { module: HealthModule, providers: [{ provide: MIGRATION_NAMES, useValue: migrations }] };
  }
}
