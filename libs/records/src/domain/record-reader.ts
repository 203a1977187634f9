import type { Caller, JsonObject, RawJson } from '@haven/kernel';
import type { Filter, Moment, Position, Sort } from '@haven/query';

import type { StoredRecord } from './stored-record.js';

/** Which records of a collection, and as of when. */
export interface FieldSelection {
  filter: Filter;
  /** As they were then; left out: as they are. */
  moment?: Moment | undefined;
}

/** A window of a list: what is asked for, already parsed. */
export interface RecordQuery extends FieldSelection {
  sort: Sort;
  limit: number;
  /** Only what comes after this position in the sort. */
  after?: Position;
  /** Paths with an index that is ready: they decide how the database goes about it, never what it answers. */
  indexed: readonly string[];
}

/** A living record: what lists and reads answer. */
export type LiveRecord = StoredRecord & { readonly document: RawJson; readonly data: JsonObject };

/**
 * The read side of records, in a transaction of the caller's tenant or the one that is open; sees records alone that live, or
 * that lived at the moment asked for. Outside an open transaction, what is not of a moment may come from a replica.
 */
export abstract class RecordReader {
  /** As it is now, for whoever is about to write. */
  abstract current(caller: Caller, collectionId: number, id: string): Promise<LiveRecord | null>;
  abstract find(caller: Caller, collectionId: number, id: string, moment?: Moment): Promise<LiveRecord | null>;
  abstract list(caller: Caller, collectionId: number, query: RecordQuery): Promise<LiveRecord[]>;
  /** Records the filter admits. */
  abstract count(caller: Caller, collectionId: number, selection: FieldSelection): Promise<number>;
  /** How many the planner believes the filter admits: cheap, and wrong by what its statistics are. */
  abstract estimate(caller: Caller, collectionId: number, selection: FieldSelection): Promise<number>;
  /** All records the filter admits, a batch at a time, of one moment, in no particular order; needs an open transaction. */
  abstract stream(collectionId: number, selection: FieldSelection): AsyncIterable<LiveRecord[]>;
  /** `HISTORY_PRUNED` if a version that was current at the moment is no longer kept; every method that takes a moment makes sure of it. */
  abstract requireKept(caller: Caller, collectionId: number, moment: Moment | undefined): Promise<void>;
}
