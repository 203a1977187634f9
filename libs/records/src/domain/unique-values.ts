import type { Caller, JsonObject } from '@haven/kernel';
import type { IndexDefinition } from '@haven/query';

import type { LiveRecord } from './record-reader.js';

/** The identity of the values of a document in a unique index, and the record that holds them. */
export interface UniqueValue {
  /**
   * Equal for equal values; null if a member is missing or null, so that any number of records may have these values.
   */
  readonly hash: string | null;
  readonly holder: string | null;
}

/** Finds records by the values that they hold in a unique index. */
export abstract class UniqueValues {
  /**
   * Returns the record that holds the values which `document` has in the index, or null. A replica may serve the read.
   */
  abstract find(
    caller: Caller,
    collectionId: number,
    index: IndexDefinition,
    document: JsonObject,
  ): Promise<LiveRecord | null>;

  /** Returns the values of each document in the index and their holders, in the open transaction. */
  abstract holders(
    collectionId: number,
    index: IndexDefinition,
    documents: readonly JsonObject[],
  ): Promise<UniqueValue[]>;

  /** Locks a value until the open transaction ends, so that two transactions do not create a record by it. */
  abstract lock(collectionId: number, index: IndexDefinition, hash: string): Promise<void>;
}
