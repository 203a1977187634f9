import type { JsonObject } from '@haven/kernel';

import type { Collection } from '../domain/collection.js';

/**
 * Gives this library access to the records of a collection. The records library implements this class, because it
 * depends on this library and not the other way round.
 */
export abstract class CollectionRecordsPort {
  /** Reads all live records in batches, in the open transaction. */
  abstract scan(collectionId: number): AsyncIterable<readonly { id: string; data: JsonObject }[]>;

  /** Returns whether the collection has a live record. */
  abstract any(collectionId: number): Promise<boolean>;

  /** Deletes all live records and writes an event for each, in the open transaction. */
  abstract deleteAll(collection: Collection): Promise<void>;
}
