import type { EventType, JsonObject } from '@haven/kernel';

/** One immutable fact about a record: what happened, and the document after it (null after a deletion, and in all versions before an erasure). */
export interface RecordEvent {
  readonly recordId: string;
  readonly version: number;
  readonly type: EventType;
  readonly data: JsonObject | null;
  /** When the record was made, RFC 3339 in UTC with milliseconds; left out: now. */
  readonly createdAt?: string;
  /** Of one that is decided: how many records more live after it than before, 1, 0 or -1. */
  readonly growth?: number;
}

/** An event as the log remembers it: it shows the record whole. */
export interface LoggedEvent extends RecordEvent {
  readonly createdAt: string;
  readonly actor: string;
  readonly traceId: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string;
}
