import type { CollectionCache, CollectionSnapshot } from '@haven/collections';
import type { Caller } from '@haven/kernel';

import type { RecordStore } from '../domain/record-store.js';
import { PendingChanges } from './pending-changes.js';

/** The pending changes of one transaction, by collection. */
export class ChangeSet {
  private readonly byCollection = new Map<string, PendingChanges>();

  constructor(
    readonly caller: Caller,
    private readonly collections: CollectionCache,
    private readonly store: RecordStore,
  ) {}

  /** Returns the changes of the collections that have been locked. */
  all(): PendingChanges[] {
    return [...this.byCollection.values()];
  }

  /** Number of events that are to be written. */
  get size(): number {
    return this.all().reduce((total, { size }) => total + size, 0);
  }

  /** Locks a collection until the transaction ends, unless that has been done already, and returns its changes. */
  async lock(name: string): Promise<PendingChanges> {
    return this.byCollection.get(name) ?? this.add(await this.collections.lockForWrite(this.caller, name));
  }

  /** Like `lock`, but returns null if the collection does not exist. */
  async lockIfExists(name: string): Promise<PendingChanges | null> {
    const known = this.byCollection.get(name);
    if (known) return known;
    const snapshot = await this.collections.lockForWriteIfExists(this.caller, name);
    return snapshot && this.add(snapshot);
  }

  private add(snapshot: CollectionSnapshot): PendingChanges {
    const pending = new PendingChanges(snapshot, this.store);
    this.byCollection.set(snapshot.name, pending);
    return pending;
  }
}
