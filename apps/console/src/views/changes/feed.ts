import type { Change } from 'haven-records';

import type { Data } from '../../api/types.js';
import { recordLabel } from '../../labels/record-label.js';
import { isLarge } from '../../values/document-size.js';

/** A change in the list. */
export interface FeedItem extends Omit<Change, 'record'> {
  /** Identifies the version, which appears once in the feed. */
  key: string;
  /** Text by which people recognize the record. */
  label: string | undefined;
  /** The document after the change; null if there is none, undefined if it is large and has to be read again. */
  data: Data | null | undefined;
}

/** The newest changes, newest first. */
export interface Feed {
  /** Undefined until the first page was read. */
  shown: readonly FeedItem[] | undefined;
  isPaused: boolean;
  /** Changes that have arrived while the list is paused. */
  held: readonly FeedItem[];
  /** Cursor after which older changes follow; null if there are none. */
  older: string | null;
  /** Number of changes that are kept. Grows when the user asks for older ones. */
  limit: number;
}

export type FeedEvent =
  | { type: 'restarted' }
  | { type: 'read'; items: readonly FeedItem[]; older: string | null }
  | { type: 'arrived'; items: readonly FeedItem[] }
  | { type: 'paused' }
  | { type: 'resumed' };

/** Number of changes that are kept in a list to which the user has not added older ones. */
const KEPT = 200;

export const emptyFeed: Feed = { shown: undefined, isPaused: false, held: [], older: null, limit: KEPT };

/** Returns the feed after an event. */
export function feedAfter(feed: Feed, event: FeedEvent): Feed {
  switch (event.type) {
    case 'restarted':
      return { ...emptyFeed, isPaused: feed.isPaused };
    case 'read': {
      const shown = added(feed.shown ?? [], event.items);
      return { ...feed, shown, older: event.older, limit: Math.max(feed.limit, shown.length) };
    }
    case 'arrived':
      return feed.isPaused
        ? { ...feed, held: added(event.items, feed.held).slice(0, feed.limit + 1) }
        : withNew(feed, event.items);
    case 'paused':
      return { ...feed, isPaused: true };
    case 'resumed':
      return withNew({ ...feed, isPaused: false, held: [] }, feed.held);
  }
}

/** Adds new changes in front of the others. The oldest ones are dropped, and can be read again. */
function withNew(feed: Feed, items: readonly FeedItem[]): Feed {
  const { limit } = feed;
  // If more changes were held than are kept, there is a gap between them and those that are shown.
  const all = items.length > limit ? items : added(items, feed.shown ?? []);
  const shown = all.slice(0, limit);
  return { ...feed, shown, older: all.length > limit ? (shown.at(-1)?.cursor ?? null) : feed.older };
}

/** Returns two lists as one, without the changes of the second one that are in the first one too. */
function added(first: readonly FeedItem[], second: readonly FeedItem[]): FeedItem[] {
  const known = new Set(first.map(({ key }) => key));
  return [...first, ...second.filter(({ key }) => !known.has(key))];
}

/** Returns what the list keeps of a change. A large document is left out: hundreds of them would fill the memory. */
export function itemOf({ record, ...change }: Change): FeedItem {
  const { collection, recordId, version } = change;
  return {
    ...change,
    key: `${collection}/${recordId}/${version}`,
    label: record ? recordLabel(record.data) : undefined,
    data: record ? (isLarge(record.data) ? undefined : record.data) : null,
  };
}
