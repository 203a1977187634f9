import { Module } from '@nestjs/common';

import { ApiModule } from '@haven/api';

import { AuditService } from './application/audit.service.js';
import { FeedCursors } from './application/feed-cursors.js';
import { CheckpointsRepository } from './domain/checkpoints.repository.js';
import { CheckpointMaker } from './infrastructure/checkpoint-maker.js';
import { PgCheckpoints } from './infrastructure/checkpoints.pg.js';
import { FeedHealth } from './infrastructure/feed-health.js';
import { FeedMetrics } from './infrastructure/feed-metrics.js';
import { FeedTailReader } from './infrastructure/feed-tail.js';
import { FeedWatch } from './infrastructure/feed-watch.js';
import { Pruning } from './infrastructure/pruning.js';
import { Sequencer } from './infrastructure/sequencer.js';
import { MaintenanceScheduler } from './infrastructure/maintenance-scheduler.js';
import { AuditController } from './interface/audit.controller.js';
import { AuditResolver } from './interface/audit.resolver.js';

/**
 * The event log as a whole: the feed, checkpoints, audit and maintenance. Other modules write events and define their
 * content.
 */
@Module({
  imports: [ApiModule],
  controllers: [AuditController],
  providers: [
    Sequencer,
    FeedCursors,
    MaintenanceScheduler,
    FeedTailReader,
    CheckpointMaker,
    FeedHealth,
    FeedMetrics,
    FeedWatch,
    Pruning,
    AuditService,
    AuditResolver,
    { provide: CheckpointsRepository, useClass: PgCheckpoints },
  ],
  exports: [Sequencer, FeedCursors, MaintenanceScheduler, FeedTailReader],
})
export class EventsModule {}
