import type { Caller, JsonObject } from '@haven/kernel';
import type { IndexDefinition } from '@haven/query';

/** A valid line of an import: the record that it creates or replaces. */
export interface SpoolEntry {
  readonly line: number;
  readonly recordId: string;
  readonly data: JsonObject;
}

/** A line, and the document of the record that it replaces. */
export interface LinkedEntry extends SpoolEntry {
  readonly previous: JsonObject | null;
}

/** The numbers of lines and records of a spooled import. */
export interface SpoolSummary {
  readonly lines: number;
  /** Number of different records. */
  readonly records: number;
  /** How many of these records exist, and are not deleted. */
  readonly living: number;
}

/**
 * Stores the lines of imports that are written in one transaction, from their arrival until then, and CSV, which is
 * read twice. While a client sends its lines, the import thereby holds no transaction and no connection.
 */
export abstract class ImportSpool {
  /**
   * Stores a batch of lines in a short transaction. Their bytes count in the tenant's quota, as long as they are
   * stored. Throws `QUOTA_EXCEEDED` if they, or `newRecords`, exceed a quota. Returns the number of bytes.
   */
  abstract append(
    caller: Caller,
    importId: string,
    entries: readonly SpoolEntry[],
    newRecords: number,
  ): Promise<number>;

  /**
   * Stores a part of a text, in a short transaction; the first part has number 1. Its bytes count in the tenant's quota
   * as long as it is stored. Throws `QUOTA_EXCEEDED`. Returns the number of bytes.
   */
  abstract appendText(caller: Caller, importId: string, part: number, text: string): Promise<number>;

  /** Returns a part of a text, or null if it was lost. */
  abstract readText(caller: Caller, importId: string, part: number): Promise<string | null>;

  /** Shows that the import is still arriving: an import without a sign of life is removed after some minutes. */
  abstract touch(caller: Caller, importId: string): Promise<void>;

  /**
   * Gives each line the id of the record that holds its value in the index, in the open transaction. Lines with the
   * same value get the same id. Returns how many ids have changed.
   */
  abstract assignHolders(collectionId: number, importId: string, index: IndexDefinition): Promise<number>;

  /** Runs `work` in the open transaction, and undoes what it has written if it throws. */
  abstract nested<T>(work: () => Promise<T>): Promise<T>;

  /** Locks the rows of the records, in the open transaction, and counts what will be written. */
  abstract lock(collectionId: number, importId: string): Promise<SpoolSummary>;

  /** Returns the last line of each record that exists in the collection, in the open transaction. */
  abstract livingLines(collectionId: number, importId: string): Promise<number[]>;

  /**
   * Replaces `marker` in the documents of all lines by the times of their events, in the open transaction, which holds
   * the locks of their records.
   */
  abstract setTimes(collectionId: number, importId: string, marker: string): Promise<void>;

  /** Replaces the documents of these lines, in the open transaction. */
  abstract replace(importId: string, entries: readonly SpoolEntry[]): Promise<void>;

  /** Returns up to `limit` entries after a line, in the open transaction. */
  abstract page(importId: string, afterLine: number, limit: number): Promise<SpoolEntry[]>;

  /** Like `page`, with the documents of the records that the lines replace. */
  abstract pageWithPrevious(
    collectionId: number,
    importId: string,
    afterLine: number,
    limit: number,
  ): Promise<LinkedEntry[]>;

  /** Returns these lines, with the documents of the records that they replace, in the open transaction. */
  abstract entriesWithPrevious(
    collectionId: number,
    importId: string,
    lines: readonly number[],
  ): Promise<LinkedEntry[]>;

  /** Returns the lines of these records, in the open transaction. Reads all lines of the import. */
  abstract linesOf(importId: string, recordIds: readonly string[]): Promise<Map<string, number>>;

  /** Removes all lines but the last of each record, in the open transaction. */
  abstract keepLast(importId: string): Promise<void>;

  /** Removes all lines with the records of these lines, in the open transaction. */
  abstract refuse(importId: string, lines: readonly number[]): Promise<void>;

  /** Removes the import, in the open transaction if there is one. `bytes` is the sum of what `append` returned. */
  abstract remove(caller: Caller, importId: string, bytes: number): Promise<void>;
}
