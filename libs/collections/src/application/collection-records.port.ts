import type { JsonObject } from '@haven/kernel';

import type { Collection } from '../domain/collection.js';

/** What collections need to know of the records in them. Records depend on collections, so they are the ones to provide it. */
export abstract class CollectionRecordsPort {
  /** Every live record, a batch at a time, in the open transaction. */
  abstract scan(collectionId: number): AsyncIterable<readonly { id: string; data: JsonObject }[]>;

  /** Whether any record lives. */
  abstract any(collectionId: number): Promise<boolean>;

  /** Deletes every live record, each with its event, in the open transaction. */
  abstract deleteAll(collection: Collection): Promise<void>;

  /** The form of an index path in which it is stored; a path that does not parse is `SORT_INVALID`. */
  abstract canonicalPath(path: string): string;

  /** Builds and drops indexes until they are what the collection declares; returns at once. */
  abstract alignIndexes(collection: Collection): void;
}
