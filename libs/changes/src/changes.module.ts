import { Module } from '@nestjs/common';

import { EventsModule } from '@haven/events';

import { ChangeFeed } from './application/change-feed.js';
import { ChangesReader } from './application/changes-reader.js';
import { ChangesService } from './application/changes.service.js';
import { FeedPositions } from './application/feed-positions.js';
import { Followers } from './application/followers.js';
import { SharedFeed } from './application/shared-feed.js';
import { PgChangeFeed } from './infrastructure/change-feed.pg.js';
import { ChangesController } from './interface/changes.controller.js';
import { ChangesResolver } from './interface/changes.resolver.js';
import { StreamsEnd } from './interface/streams-end.js';

/** The change feed: pages, server-sent events, subscriptions. */
@Module({
  imports: [EventsModule],
  controllers: [ChangesController],
  providers: [
    ChangesService,
    ChangesReader,
    FeedPositions,
    SharedFeed,
    Followers,
    ChangesResolver,
    StreamsEnd,
    { provide: ChangeFeed, useClass: PgChangeFeed },
  ],
  exports: [ChangesReader, FeedPositions],
})
export class ChangesModule {}
