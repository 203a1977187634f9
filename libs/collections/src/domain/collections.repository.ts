import type { Collection } from './collection.js';

/** Where a tenant's collections lie; every method works in the open transaction. Deleted ones are found by nobody. */
export abstract class CollectionsRepository {
  /** The collection of that name, or null. */
  abstract find(name: string): Promise<Collection | null>;

  /** Up to `limit` collections whose names come after `after`, by name; with `among`, of those alone. */
  abstract list(after: string, limit: number, among?: ReadonlySet<string>): Promise<Collection[]>;

  abstract count(among?: ReadonlySet<string>): Promise<number>;

  /** Stores a new collection and gives it its number; a taken name is `ALREADY_EXISTS`. */
  abstract add(collection: Collection): Promise<void>;

  /** Stores a change; whoever changes a collection holds its lock, so the row can not have moved on. */
  abstract store(collection: Collection): Promise<void>;

  /** Holds the collection still until the transaction ends: shared by writers of records, exclusive for a change of its settings. */
  abstract lock(name: string, mode: 'shared' | 'exclusive'): Promise<void>;
}
