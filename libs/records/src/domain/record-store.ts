import type { Caller } from '@haven/kernel';
import type { FieldPath, IndexDefinition } from '@haven/query';

import type { LinkTarget } from './link-targets.js';
import type { LoggedEvent, RecordEvent } from './record-event.js';
import type { LiveRecord } from './record-reader.js';
import type { ShallowMerge } from './shallow-merge.js';
import type { StoredRecord } from './stored-record.js';

/** The collection to which records are written, and the revision of its settings on which the changes are based. */
export interface WrittenCollection {
  readonly id: number;
  readonly name: string;
  readonly revision: number;
  /** The indexes of the collection, whose entries are written with its records. */
  readonly indexes: readonly IndexDefinition[];
  /** The indexes in the format in which the database stores them; null if there are none. */
  readonly indexesText: string | null;
  /** The declared search, whose text is written with the records; null if there is none. */
  readonly search: WrittenSearch | null;
}

/** A search as writers need it: its paths, and its definition as the database reads it. */
export interface WrittenSearch {
  readonly paths: readonly FieldPath[];
  readonly definition: string;
}

/** Identifies a version of a record. */
export interface RecordVersion {
  readonly id: string;
  readonly version: number;
}

/** The links that an event adds to a record. */
export interface NewLinks {
  readonly targets: readonly LinkTarget[];
  /** Names of the collections of these records, whose settings must not change either. */
  readonly collections: readonly string[];
}

/** A merge into a record's document, and what the resulting document may have for the merge to be written. */
export interface RecordMerge extends ShallowMerge {
  readonly id: string;
  /** The version that the record must have; null if any will do. */
  readonly version: number | null;
  readonly maxBytes: number;
  readonly maxDepth: number;
  /** No array has this many elements; undefined if that does not matter, because none has entries in an index. */
  readonly maxElements: number | undefined;
}

/** Lines of an import that have been spooled. The rows of their records are locked. */
export interface SpooledLines {
  readonly importId: string;
  /** Number of different records. Each of them has one line. */
  readonly records: number;
  /** The number of the last line. */
  readonly lastLine: number;
  /** How many of these records exist, and are not deleted. */
  readonly living: number;
  /** Whether copies of the collection's records may be cached. */
  readonly mayBeCached: boolean;
}

/** How many records an import has created and replaced. */
export interface SpoolResult {
  readonly created: number;
  readonly updated: number;
}

/**
 * Writes records. Every change to a record goes through this class. All its methods that write events use the same
 * statement, except `appendNew` and `merge`.
 */
export abstract class RecordStore {
  /**
   * Reads the rows of these ids, including tombstones, and locks them until the open transaction ends. A lock for
   * `change` lets other transactions add links to the records. A lock for `delete` does not, and the links that were
   * added before are visible to the statements that follow: a record to which references may lead must be locked this
   * way before it is deleted.
   */
  abstract lock(
    collectionId: number,
    ids: readonly string[],
    purpose?: 'change' | 'delete',
  ): Promise<Map<string, StoredRecord>>;

  /** Returns the time of the open transaction: that of its events, unless a record has changed later. */
  abstract now(): Promise<string>;

  /** Reads the events of these versions, in the open transaction. */
  abstract versions(collectionId: number, wanted: readonly RecordVersion[]): Promise<LoggedEvent[]>;

  /**
   * Writes events and the resulting rows in the open transaction, which holds the collection's lock. Returns the record
   * after each event. Several events of one record must be in the order of their versions. An event is not written, and
   * its result is undefined, if the row is not at the preceding version; no event is written if the collection is not
   * at the given revision. Throws `QUOTA_EXCEEDED` if the events would exceed a quota of the tenant, before it writes
   * anything, and `DuplicateValues` after it has written values of a unique index that other records hold. Undoing that
   * is up to the caller.
   */
  abstract append(collection: WrittenCollection, events: readonly RecordEvent[]): Promise<(StoredRecord | undefined)[]>;

  /**
   * Like `append`, for events that create records which have never existed. Throws a conflict unless all of them can be
   * written.
   */
  abstract appendNew(collection: WrittenCollection, events: readonly RecordEvent[]): Promise<void>;

  /**
   * Like `append`, for all lines of a spooled import: each creates or replaces its record. Throws
   * a conflict unless all of them can be written, and `DuplicateValues` like `append`.
   */
  abstract appendSpool(collection: WrittenCollection, spool: SpooledLines): Promise<SpoolResult>;

  /**
   * Like `append`, for one event in a separate transaction that does not wait for locks. Also returns undefined if a
   * lock is not free, a quota would be exceeded or another record holds a value of a unique index. If a transaction is
   * already open, the event is written in it, and this method waits for locks, and throws `DuplicateValues`: a
   * statement that fails would abort the transaction. The targets of new links are locked like by `LinkTargets`; the
   * event is not written if one of them does not exist. The members in `times` of the event get its time.
   */
  abstract appendOptimistic(
    caller: Caller,
    collection: WrittenCollection,
    event: RecordEvent,
    links?: NewLinks,
  ): Promise<StoredRecord | undefined>;

  /**
   * Merges a patch into the document of a record, as it is when the statement writes it, in a separate transaction that
   * does not wait for locks. Returns undefined, and changes nothing, if the record does not exist, the document may be
   * too large, the collection is not at the given revision, a lock is not free, or a quota may be exceeded. The members
   * of the patch must be in no index, and no unit of work may be open.
   */
  abstract merge(caller: Caller, collection: WrittenCollection, merge: RecordMerge): Promise<LiveRecord | undefined>;

  /**
   * Removes the documents of all versions of a record. The caller must have locked the record's row in the open
   * transaction. Returns the number of removed documents.
   */
  abstract emptyVersions(collectionId: number, id: string): Promise<number>;
}
