import type { Caller } from '@haven/kernel';

import type { FieldSelection, LiveRecord } from './record-reader.js';

/** The matching records of a collection, as they were when the snapshot was taken. */
export interface RecordSnapshot {
  /**
   * Returns all records page by page, in the order of their ids. Can be called more than once. At least one page is
   * returned, which may be empty. Each page is read by one statement of its own when it is requested. Records that have
   * been changed or deleted since the snapshot are returned as they were; records that have been erased since are not
   * returned. Throws `HISTORY_PRUNED` if a version that is needed has been pruned.
   */
  pages(): AsyncIterable<LiveRecord[]>;
}

/** Reads whole collections of the caller's tenant without holding a connection or a transaction. */
export abstract class RecordSnapshots {
  /** Takes a snapshot of the matching records. */
  abstract take(caller: Caller, collectionId: number, selection: FieldSelection): Promise<RecordSnapshot>;
}
