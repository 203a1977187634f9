import type { Caller } from '@haven/kernel';

import type { LoggedEvent, RecordEvent } from './record-event.js';
import type { StoredRecord } from './stored-record.js';

/** The collection that is written to, and the revision of its settings under which the writing was decided. */
export interface WrittenCollection {
  readonly id: number;
  readonly name: string;
  readonly revision: number;
}

/** Names one version of a record. */
export interface RecordVersion {
  readonly id: string;
  readonly version: number;
}

/** The write side of records: nothing else writes rows and events, and both ways are one statement. */
export abstract class RecordStore {
  /** The rows of these ids, tombstones too, locked until the open transaction ends. */
  abstract lock(collectionId: number, ids: readonly string[]): Promise<Map<string, StoredRecord>>;

  /** Of these versions of these records, the events that made them; in the open transaction. */
  abstract versions(collectionId: number, wanted: readonly RecordVersion[]): Promise<LoggedEvent[]>;

  /**
   * Writes each event and the row it makes (`QUOTA_EXCEEDED` if the tenant may not have so much), in the open transaction, which holds the collection still; answers the record
   * as it was after each event. Several events of one record follow each other in the order of their versions. Left out, and
   * answered by undefined, is an event whose row is no longer the version before it, and every event once the collection
   * is no longer at that revision.
   */
  abstract append(collection: WrittenCollection, events: readonly RecordEvent[]): Promise<(StoredRecord | undefined)[]>;

  /**
   * As `append`, for one event in a transaction of its own that waits for nobody: undefined too if others hold what it needs, or a quota is in the way.
   * In an open transaction, which giving up would end, it waits.
   */
  abstract appendOptimistic(
    caller: Caller,
    collection: WrittenCollection,
    event: RecordEvent,
  ): Promise<StoredRecord | undefined>;

  /** Removes the documents of all versions of a record, in the open transaction, which has locked its row; answers how many there were. */
  abstract emptyVersions(collectionId: number, id: string): Promise<number>;

  /** A record's events, newest first, those below `before` if it is given. */
  abstract history(
    caller: Caller,
    collectionId: number,
    id: string,
    limit: number,
    before?: number,
  ): Promise<LoggedEvent[]>;
}
