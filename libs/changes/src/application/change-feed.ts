import type { Caller } from '@haven/kernel';
import type { LiveRecord } from '@haven/records';

/** An entry of the feed: one change, with the record before and after it, or null if the record had no document. */
export interface FeedChange {
  readonly seq: number;
  readonly collection: string;
  readonly recordId: string;
  readonly version: number;
  readonly type: string;
  readonly actor: string;
  readonly traceId: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string;
  /** The id of the record whose deletion or erasure caused this change; null if none did. */
  readonly cause: string | null;
  readonly after: LiveRecord | null;
  /** `unknown` if the previous version is no longer kept, or was not requested. */
  readonly before: LiveRecord | null | 'unknown';
}

/** The order of entries: as they happened (`asc`), or the newest first (`desc`). */
export type FeedOrder = 'asc' | 'desc';

/** A query for the entries of the feed that follow the position `after` in the given order. */
export interface FeedQuery {
  readonly after: number;
  readonly order: FeedOrder;
  readonly limit: number;
  /** Names of collections, including deleted ones that had the name; undefined for all. */
  readonly collections: readonly string[] | undefined;
  /** Whether to read the previous version of each record. */
  readonly before: boolean;
  /** Whether to skip entries whose events were pruned; otherwise they cause `CURSOR_EXPIRED`. */
  readonly skipPruned: boolean;
}

/**
 * Consecutive entries. `position` is that of the last entry. If there are no more, it is the end of the feed or, in
 * descending order, 0.
 */
export interface FeedSlice {
  readonly lines: readonly FeedChange[];
  readonly position: number;
  readonly more: boolean;
}

/** First and last position of a tenant's feed, for a reader of all collections or of those with a given name. */
export interface FeedBounds {
  /** Number of collections that have or had the name. */
  readonly collections: number;
  /** Every event after this position is kept. */
  readonly first: number;
  readonly last: number;
}

/** Reads the feed of a tenant, which the sequencer writes. */
export abstract class ChangeFeed {
  abstract bounds(caller: Caller, collection: string | undefined): Promise<FeedBounds>;

  /** Returns at most `limit` entries, fewer if their documents are large. */
  abstract read(caller: Caller, query: FeedQuery): Promise<FeedSlice>;

  /** Returns the entries at the given positions, except those whose events were pruned. */
  abstract at(caller: Caller, positions: readonly number[], before: boolean): Promise<FeedChange[]>;
}
