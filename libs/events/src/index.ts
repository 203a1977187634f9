export { FeedCursors } from './application/feed-cursors.js';
export { FEED_GREW } from './domain/channels.js';
export { EventsModule } from './events.module.js';
export { Sequencer } from './infrastructure/sequencer.js';
