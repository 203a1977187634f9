import type { Caller } from '@haven/kernel';
import type { Filter } from '@haven/query';

import type { RecordQuery } from './record-reader.js';

/** Finds and locks the records that a change by filter affects, in the open transaction. */
export abstract class FilteredRecords {
  /** Returns the ids of the records of a page. */
  abstract find(caller: Caller, collectionId: number, query: RecordQuery): Promise<string[]>;

  /** Locks the rows of these records until the transaction ends. Returns the ids of those that match after that. */
  abstract lock(
    collectionId: number,
    ids: readonly string[],
    filter: Filter,
    purpose: 'change' | 'delete',
  ): Promise<string[]>;
}
