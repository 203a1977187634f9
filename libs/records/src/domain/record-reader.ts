import type { Caller, JsonObject, RawJson } from '@haven/kernel';
import type { Filter, IndexDefinition, Moment, Position, SearchCondition, Sort } from '@haven/query';

import type { StoredRecord } from './stored-record.js';

/** Selects records of a collection as they are now, or as they were at a point in time. */
export interface FieldSelection {
  filter: Filter;
  /** The point in time whose state is read; undefined means now. */
  moment?: Moment | undefined;
  /** The indexes that have an entry of every record. They affect how the records are found, but never the result. */
  indexes: readonly IndexDefinition[];
}

/** A parsed query for one page of a list. */
export interface RecordQuery extends FieldSelection {
  sort: Sort;
  limit: number;
  /** Returns only records after this position in the sort order. */
  after?: Position;
}

/** The place of a record in a list that is sorted by score. */
export interface ScoredPosition {
  readonly score: number;
  readonly id: string;
}

/** A parsed query for one page of a list that is sorted by the score of a search, best first, then by descending id. */
export interface RankedQuery {
  readonly filter: Filter;
  readonly indexes: readonly IndexDefinition[];
  /** The search, which every match of the filter satisfies. */
  readonly ranked: SearchCondition;
  readonly limit: number;
  /** Returns only records after this position, or before it if the list is read backwards. */
  readonly after?: ScoredPosition;
  readonly backwards: boolean;
}

/** A record that is not deleted, as lists and reads return it. */
export type LiveRecord = StoredRecord & { readonly document: RawJson; readonly data: JsonObject };

/** A record with its score in a search. */
export interface ScoredRecord {
  readonly record: LiveRecord;
  readonly score: number;
}

/**
 * Reads records of the caller's tenant, in the open transaction if there is one, otherwise in a new one. Returns only
 * records that exist, or that existed at the given point in time. Outside an open transaction, reads of the current
 * state can be served by a replica, except for `current`.
 */
export abstract class RecordReader {
  /** Returns the current record, always from the primary, so that a subsequent write can be based on it. */
  abstract current(caller: Caller, collectionId: number, id: string): Promise<LiveRecord | null>;
  abstract find(caller: Caller, collectionId: number, id: string, moment?: Moment): Promise<LiveRecord | null>;
  /**
   * Returns the records with the given ids, in any order, as far as their documents have at most `maxBytes` together;
   * `isComplete` says whether that was enough for all of them.
   */
  abstract findMany(
    caller: Caller,
    collectionId: number,
    ids: readonly string[],
    maxBytes: number,
    moment?: Moment,
  ): Promise<{ records: LiveRecord[]; isComplete: boolean }>;
  abstract list(caller: Caller, collectionId: number, query: RecordQuery): Promise<LiveRecord[]>;
  /**
   * Returns records with their scores. The list consists of the 1,000 best of at most 10,000 records that match, which
   * are those with the greatest ids; `truncated` says whether more records match than are in the list.
   */
  abstract ranked(
    caller: Caller,
    collectionId: number,
    query: RankedQuery,
  ): Promise<{ records: ScoredRecord[]; truncated: boolean }>;
  /** Counts the records that match the filter. */
  abstract count(caller: Caller, collectionId: number, selection: FieldSelection): Promise<number>;
  /**
   * Returns the query planner's estimate of the number of matching records. It is cheap, and as accurate as the
   * planner's statistics.
   */
  abstract estimate(caller: Caller, collectionId: number, selection: FieldSelection): Promise<number>;
  /**
   * Streams all matching records in batches, from a single snapshot and in the order of their ids. Needs an open
   * transaction.
   */
  abstract stream(collectionId: number, selection: FieldSelection): AsyncIterable<LiveRecord[]>;
  /**
   * Throws `HISTORY_PRUNED` if versions that were current at the given point in time have been deleted. The methods of
   * this class that read the past check this themselves.
   */
  abstract requireKept(caller: Caller, collectionId: number, moment: Moment | undefined): Promise<void>;
}
