export { FeedCursors } from './application/feed-cursors.js';
export { FEED_GREW } from './domain/channels.js';
export type { Checkpoint } from './domain/checkpoint.js';
export { EventsModule } from './events.module.js';
export { auditFeed } from './infrastructure/feed-audit.js';
export type { Finding } from './infrastructure/feed-audit.js';
export { Sequencer } from './infrastructure/sequencer.js';
export { Upkeep } from './infrastructure/upkeep.js';
