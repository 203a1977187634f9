import type { Where } from './filter.js';
import type { RequestOptions } from './options.js';
import type { ChangeType, HavenRecord } from './record.js';
import type { CollectionName, DataOf } from './schema.js';

/** A change of a record. */
export interface Change<Name extends string = string, Data = Record<string, unknown>> {
  /** Position after this change; pass it as `after` to continue from here. */
  readonly cursor: string;
  readonly type: ChangeType;
  /** Whether the record entered the set of records that match `where`, changed within it, or left it. */
  readonly effect: 'entered' | 'changed' | 'left';
  readonly collection: Name;
  readonly recordId: string;
  /** Version after the change. */
  readonly version: number;
  readonly at: string;
  readonly actor: string;
  readonly traceId: string | null;
  /** Id of the record whose deletion caused the change, or null if the change itself was requested. */
  readonly cause: string | null;
  /** The record after the change; null after a deletion or an erasure. */
  readonly record: HavenRecord<Data> | null;
}

/** A change in one of these collections. `collection` is its name. */
export type ChangeIn<Schema, Names extends keyof Schema & string> = {
  [Name in Names]: Change<Name, DataOf<Schema, Name>>;
}[Names];

/** Options of `changes`. */
export interface FeedOptions<Schema, Name extends CollectionName<Schema>> extends Pick<RequestOptions, 'signal'> {
  /** Starts after this cursor; `earliest` starts with the oldest change that is stored. Default: now. */
  after?: string;
  /** Only changes of this collection. Default: all that the key may read. */
  collection?: Name;
  /** Only changes of records that match before or after them. */
  where?: Where<DataOf<Schema, Name>>;
  /**
   * Called with each position that the stream reaches without a change for the caller: when it has started, when it has
   * been resumed, and from time to time. Everything before the position has been passed to the caller.
   */
  onPosition?: (cursor: string) => void;
  /**
   * Milliseconds without a heartbeat after which the connection counts as broken; 45,000 by default. Haven sends one
   * every 15 seconds.
   */
  heartbeatTimeout?: number;
  /** Called when the stream is open, and when it was interrupted and is opened again after a delay. */
  onStatus?: (status: FeedStatus) => void;
}

/** Whether a feed is connected. `error` says why it was interrupted; undefined if the server ended it. */
export type FeedStatus =
  | { readonly state: 'connecting' }
  | { readonly state: 'open' }
  | { readonly state: 'interrupted'; readonly retryIn: number; readonly error: unknown };

/**
 * The changes, without end. An interrupted stream is resumed after the last change. The iteration ends by `break`, and
 * is rejected by `signal` and by errors that a new attempt does not change, such as `CURSOR_EXPIRED`.
 */
export interface ChangeFeed<Item> extends AsyncIterable<Item> {
  /**
   * The newest position: every change up to it has been passed to the caller. Undefined until the feed is open; a new
   * iteration continues from it.
   */
  readonly cursor: string | undefined;
}

/** A page of the change feed. */
export interface ChangePage<Item> {
  readonly items: readonly Item[];
  /** Always present; pass it as `after` to read the next page, or to follow the changes. */
  readonly nextCursor: string;
  /** Whether there are more changes now. */
  readonly hasMore: boolean;
}
