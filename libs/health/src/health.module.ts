import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';

import { DatabaseProbe } from './database.probe.js';
import { Lifecycle } from './lifecycle.js';
import { ProbesController } from './probes.controller.js';
import { ProbesService } from './probes.service.js';

/** Liveness, readiness and start-up probes; needs `MIGRATION_NAMES` from a global module. */
@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [ProbesController],
  providers: [DatabaseProbe, Lifecycle, ProbesService],
  exports: [Lifecycle],
})
export class HealthModule {}
