import type { ReadRecord } from './read-record.js';

/** A record as somebody read it, when the tenant's feed was known to him up to a place. */
export interface SharedRecord extends ReadRecord {
  readonly place: number;
}

/** What all processes remember together. It may be gone, forget, or be behind: whoever takes something from it knows better what has changed. */
export abstract class SharedRecords {
  /** Whether there is such a memory at all. */
  abstract readonly exists: boolean;

  /** Undefined when it is not there, or nobody can tell. */
  abstract get(key: string): Promise<SharedRecord | undefined>;
  abstract put(key: string, shared: SharedRecord): void;
  abstract drop(keys: readonly string[]): void;
}
