import type { Caller } from '@haven/kernel';
import type { LiveRecord } from '@haven/records';

/** One change in the order of the feed, with the record after it and before it; null where there was no document. */
export interface FeedLine {
  readonly seq: number;
  readonly collection: string;
  readonly recordId: string;
  readonly version: number;
  readonly type: string;
  readonly actor: string;
  readonly traceId: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string;
  readonly after: LiveRecord | null;
  /** `unknown` if it is no longer kept, or was not asked for. */
  readonly before: LiveRecord | null | 'unknown';
}

/** What to read: the lines behind a position. */
export interface FeedQuery {
  readonly after: number;
  readonly limit: number;
  /** The collections of these names, those that were deleted too; all if left out. */
  readonly collections: readonly string[] | undefined;
  /** Whether what the record was before is needed of every line. */
  readonly before: boolean;
  /** Whether lines that are no longer kept are passed over; otherwise they are `CURSOR_EXPIRED`. */
  readonly passOver: boolean;
}

/** Lines in their order; `position` is behind the last of them, or at the end of the feed if there are no more. */
export interface FeedSlice {
  readonly lines: readonly FeedLine[];
  readonly position: number;
  readonly more: boolean;
}

/** From where to where the feed goes, for the collections of a name. */
export interface FeedBounds {
  /** How many collections have or had the name. */
  readonly collections: number;
  /** Behind this position everything is kept. */
  readonly first: number;
  readonly last: number;
}

/** The feed of a tenant, as the sequencer wrote it. */
export abstract class ChangeFeed {
  abstract bounds(caller: Caller, collection: string | undefined): Promise<FeedBounds>;

  /** Answers less than `limit` lines when their documents are large. */
  abstract read(caller: Caller, query: FeedQuery): Promise<FeedSlice>;

  /** The lines at these positions, as far as they are kept. */
  abstract at(caller: Caller, positions: readonly number[], before: boolean): Promise<FeedLine[]>;
}
