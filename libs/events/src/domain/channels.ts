/** What the sequencer hears: events were written, by some tenant. */
export const EVENTS_WRITTEN_CHANNEL = 'haven_events';

/** What followers hear: a tenant, whose feed has grown. */
export const FEED_GREW_CHANNEL = 'haven_feed';
