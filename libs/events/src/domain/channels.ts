/** Notifies the sequencer that events were written, for any tenant. */
export const EVENTS_WRITTEN_CHANNEL = 'haven_events';

/** Notifies subscribers that the feed of a tenant has grown. */
export const FEED_GREW_CHANNEL = 'haven_feed';
