import { Module } from '@nestjs/common';

import { EventsModule } from '@haven/events';

import { StatsService } from './application/stats.service.js';
import { StatsReader } from './domain/stats-reader.js';
import { ActivityRemoval } from './infrastructure/activity-removal.js';
import { ActivityWriter } from './infrastructure/activity-writer.js';
import { PgStatsReader } from './infrastructure/stats-reader.pg.js';
import { StatsController } from './interface/stats.controller.js';
import { StatsResolver } from './interface/stats.resolver.js';

/** The overview of a tenant and of all tenants: sizes, requests, latency, errors, the feed and webhooks (ADR 58). */
@Module({
  imports: [EventsModule],
  controllers: [StatsController],
  providers: [
    StatsService,
    StatsResolver,
    ActivityWriter,
    ActivityRemoval,
    { provide: StatsReader, useClass: PgStatsReader },
  ],
})
export class StatsModule {}
