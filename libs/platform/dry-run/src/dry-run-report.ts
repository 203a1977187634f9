import type { EventType, JsonValue } from '@haven/kernel';

/** A change to a record that a dry run has made and rolled back. */
export interface RecordChange {
  readonly collection: string;
  readonly id: string;
  readonly type: EventType;
  readonly version: number;
  /** JSON Patch of `{"data": …}` from the version before. */
  readonly patch: readonly JsonValue[];
  /** Id of the record whose deletion or erasure caused the change by a reference. */
  readonly cause: string | null;
}

/** Maximum number of changes that a report lists. */
const MAX_LISTED = 1_000;

/** Collects the changes of a dry run. Lists the first ones, and counts all. */
export class DryRunReport {
  readonly changes: RecordChange[] = [];
  /** Paths of members of records whose values the real request generates again, by the ids of the records. */
  readonly generated = new Map<string, readonly (readonly string[])[]>();
  count = 0;

  /** Adds `count` changes. Calls `list` for the first of them, as many as still fit into the list. */
  async add(count: number, list: (limit: number) => readonly RecordChange[] | Promise<readonly RecordChange[]>) {
    this.count += count;
    const free = MAX_LISTED - this.changes.length;
    if (free <= 0) return;
    const listed = list(free);
    this.changes.push(...(listed instanceof Promise ? await listed : listed));
  }
}
