import { Module } from '@nestjs/common';

import { FeedCursors } from './application/feed-cursors.js';
import { Sequencer } from './infrastructure/sequencer.js';

/** The event log as a whole: its order and its seals. What an event says is the business of whoever writes it. */
@Module({ providers: [Sequencer, FeedCursors], exports: [Sequencer, FeedCursors] })
export class EventsModule {}
