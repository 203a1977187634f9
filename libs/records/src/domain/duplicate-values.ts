/** A value that a record would have in a unique index although another record holds it. */
export interface ValueConflict {
  readonly indexId: number;
  /** The record that was written. */
  readonly recordId: string;
  /** The record that holds the value. It may have been written before, in the same statement. */
  readonly holder: string;
  /** Number of the line from which the record was written, if it is one of a spooled import. */
  readonly line?: number;
}

/** Records have been written with values of a unique index that other records hold. The transaction must not commit. */
export class DuplicateValues extends Error {
  override readonly name = 'DuplicateValues';

  /** There is at least one conflict. */
  constructor(readonly conflicts: readonly ValueConflict[]) {
    super('A value of a unique index would be held by two records.');
  }
}

/** A value of a unique index, identified by its hash, and one of the records that hold it. */
export interface HeldValue {
  readonly indexId: number;
  readonly hash: string;
  readonly recordId: string;
}

/**
 * Returns the conflicts among records that were written in the order of `written`: of records with the same value, the
 * first one keeps it. `foreign` are values that records hold that were not written.
 */
export function conflictsOf(written: readonly HeldValue[], foreign: readonly HeldValue[] = []): ValueConflict[] {
  const holders = new Map(foreign.map((value) => [keyOf(value), value.recordId]));
  return written.flatMap((value): ValueConflict[] => {
    const { indexId, recordId } = value;
    const holder = holders.get(keyOf(value));
    if (holder !== undefined) return [{ indexId, recordId, holder }];
    holders.set(keyOf(value), recordId);
    return [];
  });
}

function keyOf({ indexId, hash }: HeldValue): string {
  return `${indexId}/${hash}`;
}
