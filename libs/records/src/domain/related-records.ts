import type { Caller } from '@haven/kernel';
import type { Filter, Sort } from '@haven/query';

import type { FieldSelection, LiveRecord } from './record-reader.js';

/** A member by which records refer to others. */
export interface RelatingMember {
  readonly path: readonly string[];
  /** Whether the member is a list of ids. */
  readonly isList: boolean;
}

/** Selects records that refer to others. */
export interface RelatedSelection extends FieldSelection {
  readonly member: RelatingMember;
}

/** Selects the first records that refer to each of several others. */
export interface RelatedQuery extends RelatedSelection {
  readonly sort: Sort;
  /** Maximum number of records that refer to the same one. */
  readonly limit: number;
  /** Maximum size in bytes of all documents together. */
  readonly maxBytes: number;
}

/** Reads the records of a collection that refer to others: for all of these together, with one statement. */
export abstract class RelatedRecords {
  /**
   * Returns the records that refer to each of the given ones, in the order of the sort, as far as their documents have
   * at most `maxBytes` together; `isComplete` says whether that was enough for all of them.
   */
  abstract find(
    caller: Caller,
    collectionId: number,
    ids: readonly string[],
    query: RelatedQuery,
  ): Promise<{ records: LiveRecord[][]; isComplete: boolean }>;

  /** Counts the records that refer to each of the given ones. */
  abstract count(
    caller: Caller,
    collectionId: number,
    ids: readonly string[],
    selection: RelatedSelection,
  ): Promise<number[]>;
}

/** Returns the condition that a record refers to the given one. */
export function refersTo({ path, isList }: RelatingMember, id: string): Filter {
  const condition = isList
    ? ({ operator: '_contains', operand: id } as const)
    : ({ operator: '_eq', operand: id } as const);
  return { kind: 'data', path, condition };
}
