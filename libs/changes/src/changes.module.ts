import { Module } from '@nestjs/common';

import { EventsModule } from '@haven/events';

import { ChangeFeed } from './application/change-feed.js';
import { ChangesService } from './application/changes.service.js';
import { Followers } from './application/followers.js';
import { SharedFeed } from './application/shared-feed.js';
import { PgChangeFeed } from './infrastructure/change-feed.pg.js';
import { ChangesController } from './interface/changes.controller.js';
import { ChangesResolver } from './interface/changes.resolver.js';

/** The change feed: pages, server-sent events, subscriptions. */
@Module({
  imports: [EventsModule],
  controllers: [ChangesController],
  providers: [ChangesService, SharedFeed, Followers, ChangesResolver, { provide: ChangeFeed, useClass: PgChangeFeed }],
})
export class ChangesModule {}
