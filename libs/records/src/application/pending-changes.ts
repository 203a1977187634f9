import type { CollectionSnapshot } from '@haven/collections';
import { WriteConflict } from '@haven/database';

import type { RecordEvent } from '../domain/record-event.js';
import type { RecordStore, RecordVersion } from '../domain/record-store.js';
import { following } from '../domain/stored-record.js';
import type { CurrentRecord, StoredRecord } from '../domain/stored-record.js';
import type { Change, WriteResult } from './record-changes.js';

/**
 * Collects changes to the records of one locked collection, and applies them to these records in memory before they are
 * written.
 */
export class PendingChanges {
  private readonly events: RecordEvent[] = [];

  private constructor(
    readonly collection: CollectionSnapshot,
    private readonly records: Map<string, CurrentRecord>,
    private readonly versions: Map<string, RecordEvent>,
  ) {}

  /** Locks the rows that the changes affect, and reads the earlier versions that they restore. */
  static async lock(
    store: RecordStore,
    collection: CollectionSnapshot,
    changes: readonly Change[],
  ): Promise<PendingChanges> {
    const ids = new Set(changes.map(({ id }) => id));
    const wanted = changes.flatMap(({ id, earlier }) => (earlier === undefined ? [] : [{ id, version: earlier }]));
    const [records, versions] = await Promise.all([
      store.lock(collection.id, [...ids]),
      store.versions(collection.id, wanted),
    ]);
    return new PendingChanges(
      collection,
      new Map<string, CurrentRecord>(records),
      new Map(versions.map((event) => [versionKeyOf({ id: event.recordId, version: event.version }), event])),
    );
  }

  /**
   * Returns the record after the changes added so far, and the event of the earlier version that the change restores,
   * if any.
   */
  before({ id, earlier }: Change): [current: CurrentRecord | null, earlier: RecordEvent | undefined] {
    const event = earlier === undefined ? undefined : this.versions.get(versionKeyOf({ id, version: earlier }));
    return [this.records.get(id) ?? null, event];
  }

  /** Adds an event, and applies it to the record in memory. */
  add(event: RecordEvent): void {
    const { recordId: id, version } = event;
    this.events.push(event);
    this.records.set(id, following(event));
    this.versions.set(versionKeyOf({ id, version }), event);
  }

  /** Returns the last event of a record. */
  lastEventOf(recordId: string | undefined): RecordEvent | undefined {
    return this.events.findLast((event) => event.recordId === recordId);
  }

  /** Writes all events in one statement. Returns the stored record for each event. */
  async write(store: RecordStore): Promise<Map<RecordEvent, WriteResult>> {
    const stored = await store.append(this.collection, this.events);
    return new Map(this.events.map((event, index) => [event, { event, stored: requireStored(event, stored[index]) }]));
  }
}

/**
 * Throws `WriteConflict` if the event was not written. That happens if another transaction has created the record in
 * the meantime: a record that does not exist cannot be locked. The unit of work is then retried, and finds the record.
 */
function requireStored({ recordId }: RecordEvent, stored: StoredRecord | undefined): StoredRecord {
  if (!stored) throw new WriteConflict(`Record ${recordId} was created concurrently.`);
  return stored;
}

function versionKeyOf({ id, version }: RecordVersion): string {
  return `${id}/${version}`;
}
