import type { LiveRecord } from '../domain/record-reader.js';

/** A record as somebody has read it: whoever is shown it has been shown the database's log up to that position. */
export interface ReadRecord {
  readonly record: LiveRecord;
  readonly position: bigint;
}
