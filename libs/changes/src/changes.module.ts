import { Module } from '@nestjs/common';

import { EventsModule } from '@haven/events';

import { ChangeFeed } from './application/change-feed.js';
import { ChangesReader } from './application/changes-reader.js';
import { ChangesService } from './application/changes.service.js';
import { FeedPositions } from './application/feed-positions.js';
import { Subscribers } from './application/subscribers.js';
import { CoalescingFeedReader } from './application/coalescing-feed-reader.js';
import { PgChangeFeed } from './infrastructure/change-feed.pg.js';
import { ChangesController } from './interface/changes.controller.js';
import { ChangesResolver } from './interface/changes.resolver.js';
import { StreamShutdownHook } from './interface/stream-shutdown-hook.js';

/** The change feed: pages, server-sent events and GraphQL subscriptions. */
@Module({
  imports: [EventsModule],
  controllers: [ChangesController],
  providers: [
    ChangesService,
    ChangesReader,
    FeedPositions,
    CoalescingFeedReader,
    Subscribers,
    ChangesResolver,
    StreamShutdownHook,
    { provide: ChangeFeed, useClass: PgChangeFeed },
  ],
  exports: [ChangesReader, FeedPositions],
})
export class ChangesModule {}
