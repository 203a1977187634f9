import type { Caller, KeysetRange } from '@haven/kernel';

import type { LoggedEvent } from './record-event.js';

/** A range of the versions of a record, which may be deleted. */
export interface HistoryRange extends KeysetRange<number> {
  /** Name of the collection. */
  readonly collection: string;
  readonly id: string;
}

/** The events of a range, and the number of the record's newest version; 0 if there is no such record. */
export interface HistorySlice {
  /** Newest first, or oldest first if the range is read backwards. */
  readonly events: readonly LoggedEvent[];
  readonly newest: number;
}

/** Reads the versions of records. */
export abstract class RecordHistory {
  /**
   * Returns the events of each range, or null for a range of a collection that does not exist. The number of statements
   * does not depend on the number of ranges.
   */
  abstract read(caller: Caller, ranges: readonly HistoryRange[]): Promise<(HistorySlice | null)[]>;
}
