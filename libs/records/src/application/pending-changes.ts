import type { CollectionSnapshot } from '@haven/collections';
import { UniqueViolation } from '@haven/database';

import type { RecordEvent } from '../domain/record-event.js';
import type { RecordStore, RecordVersion } from '../domain/record-store.js';
import { following } from '../domain/stored-record.js';
import type { CurrentRecord, StoredRecord } from '../domain/stored-record.js';
import type { Change, WriteResult } from './record-changes.js';

/** What is about to happen in one collection, that is held still: its records as the changes decided so far will leave them. */
export class PendingChanges {
  private readonly events: RecordEvent[] = [];

  private constructor(
    readonly collection: CollectionSnapshot,
    private readonly records: Map<string, CurrentRecord>,
    private readonly versions: Map<string, RecordEvent>,
  ) {}

  /** Holds the rows that the changes are about, and looks up the earlier versions that they name. */
  static async hold(
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

  /** The record as it will be, and the event that made the earlier version the change names: those it is decided by. */
  before({ id, earlier }: Change): [current: CurrentRecord | null, earlier: RecordEvent | undefined] {
    const event = earlier === undefined ? undefined : this.versions.get(versionKeyOf({ id, version: earlier }));
    return [this.records.get(id) ?? null, event];
  }

  /** Takes in what was decided next. */
  add(event: RecordEvent): void {
    const { recordId: id, version } = event;
    this.events.push(event);
    this.records.set(id, following(event));
    this.versions.set(versionKeyOf({ id, version }), event);
  }

  /** Writes all of it at once; answers what each change has left. */
  async write(store: RecordStore): Promise<Map<RecordEvent, WriteResult>> {
    const stored = await store.append(this.collection, this.events);
    return new Map(this.events.map((event, index) => [event, { event, stored: unlessGone(event, stored[index]) }]));
  }
}

/** A row that was not there could not be held; whoever made it meanwhile is what the next attempt finds. */
function unlessGone({ recordId }: RecordEvent, stored: StoredRecord | undefined): StoredRecord {
  if (!stored) throw new UniqueViolation(`Record ${recordId} was made by somebody else meanwhile.`);
  return stored;
}

function versionKeyOf({ id, version }: RecordVersion): string {
  return `${id}/${version}`;
}
