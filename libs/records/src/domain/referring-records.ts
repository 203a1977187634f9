import { printPath } from '@haven/query';
import type { IndexDefinition } from '@haven/query';

/** A reference, and the collection whose records have it. */
export interface ReferringMember {
  readonly collectionId: number;
  readonly path: readonly string[];
  /** The index on the path, if it has entries of all records. */
  readonly index: IndexDefinition | undefined;
}

/** Finds the records that refer to other records. */
export abstract class ReferringRecords {
  /**
   * Returns the ids of records that refer to one of the `targets` by this member, at most `limit`, in the open
   * transaction. A writer that adds a link locks its target, so if the caller has locked the targets before this call,
   * it finds all links.
   */
  abstract find(member: ReferringMember, targets: readonly string[], limit: number): Promise<string[]>;

  /** Returns the number of records that refer to one of the `targets` by this member, in the open transaction. */
  abstract count(member: ReferringMember, targets: readonly string[]): Promise<number>;
}

/** Returns the condition that an index has an entry for each value at a path, in ascending order and without a type. */
export function isPlainIndexOn(path: readonly string[]): (index: IndexDefinition) => boolean {
  return ({ members: [member, other], unique }) => {
    if (!member || other || unique || member.as !== undefined || member.direction !== 'ascending') return false;
    return 'path' in member.field && printPath(member.field.path) === printPath(path);
  };
}
