import type { LoggedEvent, RecordEvent } from './record-event.js';
import type { StoredRecord } from './stored-record.js';

/** The write side of records, in the open transaction. `append` is the only thing that writes rows and events. */
export abstract class RecordStore {
  /** The rows of these ids, tombstones too, locked until the transaction ends. */
  abstract lock(collectionId: number, ids: readonly string[]): Promise<Map<string, StoredRecord>>;

  /** Writes each event and the row it makes; a row that has moved on runs the transaction again. Answers the rows in the events' order. */
  abstract append(collectionId: number, events: readonly RecordEvent[]): Promise<StoredRecord[]>;

  /** A record's events, newest first, those below `before` if it is given. */
  abstract history(collectionId: number, id: string, limit: number, before?: number): Promise<LoggedEvent[]>;
}
