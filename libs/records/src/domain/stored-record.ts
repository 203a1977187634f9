import { HavenError, RawJson, notFound, Precondition } from '@haven/kernel';
import type { EventType, JsonObject } from '@haven/kernel';

import type { LoggedEvent, RecordEvent } from './record-event.js';

/**
 * A record as stored in its row, which is derived from its events. A record without a document is a tombstone: it has
 * been deleted. If a record with the same id is created again, its version numbers continue.
 */
export class StoredRecord {
  constructor(
    readonly id: string,
    readonly version: number,
    readonly document: RawJson | null,
    /** RFC 3339, UTC, milliseconds. */
    readonly createdAt: string,
    readonly updatedAt: string,
  ) {}

  /** The parsed document. It is parsed when this property is first read, because most readers need only the text. */
  get data(): JsonObject | null {
    return this.document && this.document.value;
  }

  /** Whether the record exists, that is, is not a tombstone. */
  get lives(): boolean {
    return this.document !== null;
  }

  /** Returns the record that results from its events (oldest first), or null if there are none. */
  static fold(events: readonly LoggedEvent[]): StoredRecord | null {
    const last = events.at(-1);
    if (!last) return null;
    const { recordId, version, data, createdAt, at } = last;
    return new StoredRecord(recordId, version, data && RawJson.of(data), createdAt, at);
  }
}

/**
 * The record on which a change is based: as stored in its row, or as earlier changes in the same transaction leave it.
 */
export interface CurrentRecord {
  readonly version: number;
  readonly lives: boolean;
  readonly data: JsonObject | null;
  /** Undefined if the same transaction creates the record: the database sets the time when it is written. */
  readonly createdAt?: string | undefined;
  /** When the stored row last changed; undefined if there is none. The time of the next event is not before. */
  readonly updatedAt?: string | undefined;
}

/** Returns the record after an event that has not been written yet. */
export function following({ version, data, createdAt, previous }: RecordEvent): CurrentRecord {
  return { version, lives: data !== null, data, createdAt, updatedAt: previous?.updatedAt };
}

/** Returns the version that preconditions compare: null if there is no record or only a tombstone. */
function currentVersion(record: CurrentRecord | null): number | null {
  return record?.lives ? record.version : null;
}

/**
 * Returns the event that creates a record, or recreates a deleted one. Throws `VERSION_CONFLICT` if the record exists.
 */
export function createdEvent(id: string, record: CurrentRecord | null, data: JsonObject): RecordEvent {
  new Precondition(undefined, '*').check(currentVersion(record));
  return nextEvent(id, record, 'record.created', data);
}

/** Returns the event that replaces a record's data, or creates the record. */
export function replacedEvent(
  id: string,
  record: CurrentRecord | null,
  data: JsonObject,
  precondition: Precondition,
): RecordEvent {
  precondition.check(currentVersion(record));
  return nextEvent(id, record, record?.lives ? 'record.updated' : 'record.created', data);
}

/**
 * Returns the event that applies a function to an existing record's data. Throws `NOT_FOUND` if the record does not
 * exist.
 */
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

/** Returns the event that deletes a record. Throws `NOT_FOUND` if the record does not exist. */
export function removedEvent(id: string, record: CurrentRecord | null, precondition: Precondition): RecordEvent {
  if (!record?.lives) throw notFound('record', id);
  precondition.check(record.version);
  return nextEvent(id, record, 'record.deleted', null);
}

/**
 * Returns the event that erases a record. The caller must also remove the payload from all versions of the record. A
 * deleted record can be erased too: throws `NOT_FOUND` only if the record has never existed.
 */
export function erasedEvent(id: string, record: CurrentRecord | null, precondition: Precondition): RecordEvent {
  if (!record) throw notFound('record', id);
  precondition.check(currentVersion(record));
  return nextEvent(id, record, 'record.erased', null);
}

/**
 * Returns the event that restores the data of an earlier version as a new version. The record may be deleted. Throws
 * `NOT_FOUND` if the earlier version has no document, because it is a deletion or its payload was erased.
 */
export function restoredEvent(
  id: string,
  record: CurrentRecord | null,
  earlier: RecordEvent | undefined,
  precondition: Precondition,
): RecordEvent {
  if (!record) throw notFound('record', id);
  precondition.check(currentVersion(record));
  if (!earlier?.data) throw new HavenError('NOT_FOUND', 'The version does not exist or has no document to restore.');
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
  const event = { recordId, version, type, data, growth, ...(record && { previous: record }) };
  if (record?.createdAt === undefined || type === 'record.created') return event;
  return { ...event, createdAt: record.createdAt };
}
