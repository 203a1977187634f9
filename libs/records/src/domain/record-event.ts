import type { EventType, JsonObject } from '@haven/kernel';

/**
 * An immutable event of a record, with the document as it is after the event. The document is null for a deletion and
 * an erasure, and for all events before an erasure.
 */
export interface RecordEvent {
  readonly recordId: string;
  readonly version: number;
  readonly type: EventType;
  readonly data: JsonObject | null;
  /** When the record was created, RFC 3339 in UTC with milliseconds; undefined means now. */
  readonly createdAt?: string;
  /** The id of the record whose deletion or erasure caused this event, by a reference; absent or null if none did. */
  readonly cause?: string | null | undefined;
  /**
   * Paths of members of the document that are to get the time of the event by default. Only set for an event that is
   * about to be written, if its time is not known yet: they have an estimate.
   */
  readonly times?: readonly (readonly string[])[];
  /**
   * Paths of members of the document that have an identifier or a time by default, which a repeated request chooses
   * again. Only set for an event that is about to be written.
   */
  readonly unrepeatable?: readonly (readonly string[])[];
  /** Change in the number of live records: 1, 0 or -1. Only set for an event that is about to be written. */
  readonly growth?: number;
  /**
   * The record before the event, if there was one. Only set for an event that is about to be written. Its document is
   * parsed when `data` is first read, which most writes need not do.
   */
  readonly previous?: { readonly data: JsonObject | null; readonly updatedAt?: string | undefined };
}

/** An event as it is stored, with its actor, trace id and time. */
export interface LoggedEvent extends RecordEvent {
  readonly createdAt: string;
  readonly actor: string;
  readonly traceId: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string;
  readonly cause: string | null;
}
