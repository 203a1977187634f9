/** A copy of a record. Its document is text, so that readers parse objects of their own. */
export interface CachedRecord {
  readonly version: number;
  /** Revision of the collection's settings under which it was read. */
  readonly revision: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly text: string;
}

/** What a lookup found, and when it was by the clock of the shared cache; no time if that could not be reached. */
export interface SharedLookup {
  readonly at?: number | undefined;
  readonly found?: CachedRecord | undefined;
  /** Age of what was found, in milliseconds. */
  readonly age?: number | undefined;
}

/**
 * The record cache that all processes share. It may be absent, forget everything, or be unreachable. A scope is a collection
 * whose changes this process follows, and drops here as well: only what was read after it began to do so is returned.
 */
export abstract class SharedRecords {
  abstract get(scope: string, name: string, maxAge: number): Promise<SharedLookup>;

  /** Stores what was read after a lookup; never over a later version, nor over the mark of one. */
  abstract put(name: string, lookup: SharedLookup, record: CachedRecord, maxAge: number): void;

  /** Removes copies older than a version and leaves a mark, if this process uses the scope. */
  abstract drop(scope: string, name: string, version: number): void;

  /** Removes all copies of an erased record and leaves a mark. */
  abstract erase(name: string, version: number): void;
}
