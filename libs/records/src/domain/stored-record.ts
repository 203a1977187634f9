import { HavenError, RawJson, notFound, Precondition } from '@haven/kernel';
import type { EventType, JsonObject } from '@haven/kernel';

import type { LoggedEvent, RecordEvent } from './record-event.js';

/** A record as its row has it: the fold of its events. A null document is a tombstone, whose versions go on if the id comes back. */
export class StoredRecord {
  constructor(
    readonly id: string,
    readonly version: number,
    readonly document: RawJson | null,
    /** RFC 3339, UTC, milliseconds. */
    readonly createdAt: string,
    readonly updatedAt: string,
  ) {}

  /** What the document says; most readers pass its text on and never ask. */
  get data(): JsonObject | null {
    return this.document && this.document.value;
  }

  /** Whether it is there to be read: no tombstone. */
  get lives(): boolean {
    return this.document !== null;
  }

  /** What a record's events, oldest first, make of it. */
  static fold(events: readonly LoggedEvent[]): StoredRecord | null {
    const last = events.at(-1);
    if (!last) return null;
    const { recordId, version, data, createdAt, at } = last;
    return new StoredRecord(recordId, version, data && RawJson.of(data), createdAt, at);
  }
}

/** What a change is decided by: a record as its row has it, or as earlier changes of the same transaction will leave it. */
export interface CurrentRecord {
  readonly version: number;
  readonly lives: boolean;
  readonly data: JsonObject | null;
  /** Left out where the record is only just being made: the database has not told the time yet. */
  readonly createdAt?: string | undefined;
}

/** The record that an event is going to make. */
export function following({ version, data, createdAt }: RecordEvent): CurrentRecord {
  return { version, lives: data !== null, data, createdAt };
}

/** The current version of what may not be there: null for no record and for a tombstone alike. */
function currentVersion(record: CurrentRecord | null): number | null {
  return record?.lives ? record.version : null;
}

/** Makes a record of that id, or takes a deleted one up again; `VERSION_CONFLICT` if one lives. */
export function createdEvent(id: string, record: CurrentRecord | null, data: JsonObject): RecordEvent {
  new Precondition(undefined, '*').check(currentVersion(record));
  return nextEvent(id, record, 'record.created', data);
}

/** Replaces a record's data whole, or makes the record. */
export function replacedEvent(
  id: string,
  record: CurrentRecord | null,
  data: JsonObject,
  precondition: Precondition,
): RecordEvent {
  precondition.check(currentVersion(record));
  return nextEvent(id, record, record?.lives ? 'record.updated' : 'record.created', data);
}

/** Changes a living record's data by a function of it; `NOT_FOUND` if there is none. */
export function revisedEvent(
  id: string,
  record: CurrentRecord | null,
  precondition: Precondition,
  change: (data: JsonObject) => JsonObject,
): RecordEvent {
  if (!record?.data) throw notFound('record', id);
  precondition.check(record.version);
  return nextEvent(id, record, 'record.updated', change(record.data));
}

/** Deletes a living record; `NOT_FOUND` if there is none. */
export function removedEvent(id: string, record: CurrentRecord | null, precondition: Precondition): RecordEvent {
  if (!record?.data) throw notFound('record', id);
  precondition.check(record.version);
  return nextEvent(id, record, 'record.deleted', null);
}

/** Ends a record whose payload is being removed from all its versions; `NOT_FOUND` only if there never was one. */
export function erasedEvent(id: string, record: CurrentRecord | null, precondition: Precondition): RecordEvent {
  if (!record) throw notFound('record', id);
  precondition.check(currentVersion(record));
  return nextEvent(id, record, 'record.erased', null);
}

/**
 * Makes what the record was at an earlier version its newest, a deleted record alive again; `NOT_FOUND` where that version
 * has no document: it was a deletion, or its payload is gone.
 */
export function restoredEvent(
  id: string,
  record: CurrentRecord | null,
  earlier: RecordEvent | undefined,
  precondition: Precondition,
): RecordEvent {
  if (!record) throw notFound('record', id);
  precondition.check(currentVersion(record));
  if (!earlier?.data) throw new HavenError('NOT_FOUND', 'There is no document at that version to go back to.');
  return nextEvent(id, record, 'record.restored', earlier.data);
}

function nextEvent(
  recordId: string,
  record: CurrentRecord | null,
  type: EventType,
  data: JsonObject | null,
): RecordEvent {
  const version = (record?.version ?? 0) + 1;
  const growth = Number(data !== null) - Number(record?.lives ?? false);
  if (record?.createdAt === undefined || type === 'record.created') return { recordId, version, type, data, growth };
  return { recordId, version, type, data, growth, createdAt: record.createdAt };
}
