import type { JsonObject } from '@haven/kernel';

/** What can happen to a record. `record.restored` belongs to the log's words; going back to a version writes it. */
export type RecordEventType = 'record.created' | 'record.updated' | 'record.deleted' | 'record.restored';

/** One immutable fact about a record: what happened, and the document after it (null after a deletion). */
export interface RecordEvent {
  readonly recordId: string;
  readonly version: number;
  readonly type: RecordEventType;
  readonly data: JsonObject | null;
}

/** An event as the log remembers it. */
export interface LoggedEvent extends RecordEvent {
  readonly actor: string;
  readonly traceId: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string;
}
