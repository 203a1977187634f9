import type { JsonObject, JsonValue } from '@haven/kernel';
import type { IndexDefinition } from '@haven/query';

import type { Collection } from '../domain/collection.js';
import type { Reference } from '../domain/reference.js';

/** A live record. */
export interface ScannedRecord {
  readonly id: string;
  readonly data: JsonObject;
}

/** Values that several records have in an index that is to be unique. */
export interface IndexDuplicates {
  readonly indexId: number;
  /** Number of these values. */
  readonly count: number;
  /** Some of them: the values of the members, and the first records that have them. */
  readonly samples: readonly { readonly values: readonly (JsonValue | null)[]; readonly ids: readonly string[] }[];
}

/**
 * Gives this library access to the records of a collection. The records library implements this class, because it
 * depends on this library and not the other way round.
 */
export abstract class CollectionRecordsPort {
  /** Reads all live records in batches, in the open transaction. */
  abstract scan(collectionId: number): AsyncIterable<readonly ScannedRecord[]>;

  /**
   * Returns the ids of those of the records that have a value in a reference that is not the id of a live record of the
   * collection `targetId`: once for each such value. Takes at most one statement.
   */
  abstract danglingLinks(records: readonly ScannedRecord[], reference: Reference, targetId: number): Promise<string[]>;

  /** Returns whether the collection has a live record. */
  abstract any(collectionId: number): Promise<boolean>;

  /**
   * Writes the values that the live records have in new unique indexes, in the open transaction, which holds the
   * exclusive lock of the collection. From then on, no other record can get one of them, although the indexes are built
   * later. If records have the same values, or if it is a dry run, nothing is written. Returns the values that several
   * records have.
   */
  abstract holdValues(
    collectionId: number,
    indexes: readonly IndexDefinition[],
    options: { readonly dryRun: boolean },
  ): Promise<IndexDuplicates[]>;

  /** Deletes all live records and writes an event for each, in the open transaction. */
  abstract deleteAll(collection: Collection): Promise<void>;
}
