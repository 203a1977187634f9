import type { KeysetRange } from '@haven/kernel';

import type { Collection } from './collection.js';

/** Stores the collections of a tenant. All methods run in the open transaction and ignore deleted collections. */
export abstract class CollectionsRepository {
  /** Returns the collection with this name, or null. */
  abstract find(name: string): Promise<Collection | null>;

  /**
   * Returns a range of the collections, ordered by name. With `among`, returns only collections whose names it
   * contains.
   */
  abstract list(range: KeysetRange<string>, among?: ReadonlySet<string>): Promise<Collection[]>;

  abstract count(among?: ReadonlySet<string>): Promise<number>;

  /** Stores a new collection and sets its id. Throws `ALREADY_EXISTS` if the name is taken. */
  abstract add(collection: Collection): Promise<void>;

  /** Stores a change. The caller holds the collection's lock, so the row cannot have changed since it was read. */
  abstract store(collection: Collection): Promise<void>;

  /** Locks a collection until the transaction ends: `shared` to write records, `exclusive` to change its settings. */
  abstract lock(name: string, mode: 'shared' | 'exclusive'): Promise<void>;
}
