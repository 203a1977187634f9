import type { CollectionSnapshot } from '@haven/collections';
import { WriteConflict } from '@haven/database';

import type { RecordEvent } from '../domain/record-event.js';
import type { RecordStore, RecordVersion } from '../domain/record-store.js';
import { following } from '../domain/stored-record.js';
import type { CurrentRecord, StoredRecord } from '../domain/stored-record.js';
import type { Change, WriteResult } from './record-changes.js';

/** A record that pending changes affect: as it is stored, and as they leave it. */
export interface ChangedRecord {
  readonly id: string;
  readonly before: CurrentRecord | null;
  readonly after: CurrentRecord;
  readonly lastEvent: RecordEvent;
}

/**
 * Collects changes to the records of one locked collection, and applies them to these records in memory before they are
 * written.
 */
export class PendingChanges {
  private readonly events: RecordEvent[] = [];
  private readonly last = new Map<string, RecordEvent>();
  private readonly stored = new Map<string, StoredRecord | null>();
  private readonly lockedForDelete = new Set<string>();
  private readonly records = new Map<string, CurrentRecord>();
  private readonly versions = new Map<string, RecordEvent>();
  private time: string | undefined;

  /** The caller must have locked the collection in the open transaction. */
  constructor(
    readonly collection: CollectionSnapshot,
    private readonly store: RecordStore,
  ) {}

  /** Locks the rows that the changes affect, and reads the earlier versions that they restore. */
  async lockFor(changes: readonly Change[]): Promise<void> {
    const wanted = changes.flatMap(({ id, earlier }) => (earlier === undefined ? [] : [{ id, version: earlier }]));
    const deleted = new Set(changes.filter(({ deletes }) => deletes).map(({ id }) => id));
    const [versions, now] = await Promise.all([
      this.store.versions(this.collection.id, wanted),
      this.collection.schema?.defaults?.usesTime ? this.store.now() : undefined,
      this.lock([...deleted], 'delete'),
      this.lock(
        changes.map(({ id }) => id).filter((id) => !deleted.has(id)),
        'change',
      ),
    ]);
    this.time = now;
    for (const event of versions)
      this.versions.set(versionKeyOf({ id: event.recordId, version: event.version }), event);
  }

  /** Locks the rows of these records for a change or a deletion, unless that has been done already. */
  async lock(ids: readonly string[], purpose: 'change' | 'delete'): Promise<void> {
    const needed = this.collection.referrers.length > 0 ? purpose : 'change';
    const isLocked = (id: string) => (needed === 'delete' ? this.lockedForDelete : this.stored).has(id);
    const missing = [...new Set(ids)].filter((id) => !isLocked(id));
    if (missing.length === 0) return;
    const locked = await this.store.lock(this.collection.id, missing, needed);
    for (const id of missing) {
      if (needed === 'delete') this.lockedForDelete.add(id);
      if (this.stored.has(id)) continue; // pending changes may have changed it since
      const record = locked.get(id) ?? null;
      this.stored.set(id, record);
      if (record) this.records.set(id, record);
    }
  }

  /** The time of the transaction; undefined unless a default of the collection needs it. */
  get now(): string | undefined {
    return this.time;
  }

  /** Whether the row of a record is locked, so that `current` returns its state. */
  hasLocked(id: string): boolean {
    return this.stored.has(id);
  }

  /** Returns a locked record after the changes added so far. */
  current(id: string): CurrentRecord | null {
    return this.records.get(id) ?? null;
  }

  /**
   * Returns the record after the changes added so far, and the event of the earlier version that the change restores,
   * if any.
   */
  before({ id, earlier }: Change): [current: CurrentRecord | null, earlier: RecordEvent | undefined] {
    const event = earlier === undefined ? undefined : this.versions.get(versionKeyOf({ id, version: earlier }));
    return [this.current(id), event];
  }

  /** Adds an event, and applies it to the record in memory. */
  add(event: RecordEvent): void {
    const { recordId: id, version } = event;
    this.events.push(event);
    this.last.set(id, event);
    this.records.set(id, following(event));
    this.versions.set(versionKeyOf({ id, version }), event);
  }

  /** Replaces the last event of a record by another one of the same version. */
  replace(event: RecordEvent, replacement: RecordEvent): void {
    this.events.splice(this.events.lastIndexOf(event), 1);
    this.add(replacement);
  }

  /** Number of events that are to be written. */
  get size(): number {
    return this.events.length;
  }

  /** Returns the records that the changes added so far affect. */
  changed(): ChangedRecord[] {
    return [...this.last].map(([id, lastEvent]) => ({
      id,
      before: this.stored.get(id) ?? null,
      after: following(lastEvent),
      lastEvent,
    }));
  }

  /** Returns the last event of a record. */
  lastEventOf(recordId: string | undefined): RecordEvent | undefined {
    return recordId === undefined ? undefined : this.last.get(recordId);
  }

  /** Writes all events in one statement. Returns the stored record for each event. */
  async write(): Promise<Map<RecordEvent, WriteResult>> {
    if (this.events.length === 0) return new Map();
    const stored = await this.store.append(this.collection, this.events);
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
