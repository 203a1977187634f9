import { Injectable } from '@nestjs/common';

import { UnitOfWork } from '@haven/database';
import type { Statement, TextRow } from '@haven/database';
import { HavenError, notFound } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { isEmptyFilter } from '@haven/query';

import { RecordReader } from '../domain/record-reader.js';
import type { FieldSelection, LiveRecord } from '../domain/record-reader.js';
import { RecordSnapshots } from '../domain/record-snapshots.js';
import type { RecordSnapshot } from '../domain/record-snapshots.js';
import { mayUseIndex } from './list-sql.js';
import { liveRecords } from './record-rows.js';
import { pageStatement, simplePageStatement, snapshotStatement } from './snapshot-sql.js';
import type { PageRows, Snapshot } from './snapshot-sql.js';

/**
 * Approximate size of a page in bytes of documents. At most two pages of a snapshot wait in memory for a client that
 * does not read. A page of many small documents may be up to eight times as large if they are larger than the documents
 * of the page before.
 */
const PAGE_BYTES = 1024 * 1024;

/** Number of rows of the first page, when the size of the documents is not known yet, and the maximum. */
const FIRST_ROWS = 100;
const MOST_ROWS = 2_000;

/** If an index finds at most this number of matches, only these are read, instead of all records of the collection. */
const FEW_MATCHES = 20_000;

/** Maximum time in milliseconds for which a page that was read ahead waits until it is sent. */
const READ_AHEAD_VALID_MS = 500;

/** Number of pages that are read without attempting `simplePageStatement` after a page that it could not read. */
const PAGES_BETWEEN_ATTEMPTS = 16;

const NO_ID = '00000000-0000-0000-0000-000000000000';

/** Reads snapshots from PostgreSQL, each page by key in a transaction of its own. */
@Injectable()
export class PgRecordSnapshots extends RecordSnapshots {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly reader: RecordReader,
  ) {
    super();
  }

  async take(caller: Caller, id: number, selection: FieldSelection): Promise<RecordSnapshot> {
    const probe = mayUseIndex(selection) ? FEW_MATCHES : undefined;
    const [[row = []] = []] = await this.uow.pipeline(caller, snapshotStatement(id, selection, probe));
    await this.reader.requireKept(caller, id, selection.moment); // after the snapshot: before it, pruning could go on
    const snapshot = toSnapshot(row);
    const read = this.pagesOf(caller, id, selection, snapshot);
    return { pages: () => recordPages(new SnapshotWalk(snapshot.lastId, matchesOf(row[6])), read) };
  }

  /** Returns a function that reads a page, with the cheapest statement that can read it. */
  private pagesOf(caller: Caller, id: number, selection: FieldSelection, snapshot: Snapshot): ReadPage {
    const isWhole = !selection.moment && isEmptyFilter(selection.filter);
    let generalPages = 0; // pages to read before the next attempt
    return async (rows) => {
      if (generalPages > 0) generalPages--;
      else if (isWhole && 'after' in rows) {
        const page = await this.page(caller, simplePageStatement(id, snapshot, rows));
        if (page.every((columns) => columns[5] === 't')) return page;
        generalPages = PAGES_BETWEEN_ATTEMPTS;
      }
      const page = await this.page(caller, pageStatement(id, selection, snapshot, rows, PAGE_BYTES));
      if (page.some((columns) => columns[5] === 't')) throw prunedMeanwhile();
      return page;
    };
  }

  private async page(caller: Caller, statement: Statement): Promise<TextRow[]> {
    const [page = []] = await this.uow.pipeline(caller, statement);
    if (page.some(([found]) => found === null)) throw notFound('tenant', caller.tenantId);
    return page;
  }
}

type ReadPage = (rows: PageRows) => Promise<TextRow[]>;

async function* recordPages(walk: SnapshotWalk, read: ReadPage): AsyncGenerator<LiveRecord[]> {
  const pages = new PageReader(read);
  let isFirst = true;
  for (let rows = walk.next(); rows;) {
    const page = await pages.take(rows);
    walk.advance(page);
    rows = walk.next();
    if (rows) pages.readAhead(rows);
    const records = liveRecords(page.filter((columns) => columns[2] !== null));
    if (records.length > 0 || isFirst) yield records;
    isFirst = false;
  }
  if (isFirst) yield [];
}

/** Reads the next page while the client receives the one before it, as long as the client is fast enough. */
class PageReader {
  private ahead: Promise<TextRow[]> | undefined;
  private arrivedAt = Infinity;
  private isClientSlow = false;

  constructor(private readonly read: ReadPage) {}

  /**
   * Returns the page that was read ahead. If there is none, or it has waited so long that records may have been erased
   * since, reads the page now.
   */
  take(rows: PageRows): Promise<TextRow[]> {
    const { ahead } = this;
    this.ahead = undefined; // so that it does not stay in memory
    if (performance.now() - this.arrivedAt > READ_AHEAD_VALID_MS) this.isClientSlow = true;
    return ahead && !this.isClientSlow ? ahead : this.read(rows);
  }

  /** Starts to read the page that the next call of `take` returns. */
  readAhead(rows: PageRows): void {
    if (this.isClientSlow) return;
    this.arrivedAt = Infinity;
    this.ahead = this.read(rows);
    this.ahead.then(
      () => (this.arrivedAt = performance.now()),
      () => undefined, // `take` returns the error
    );
  }
}

/** Determines which rows each page reads, and adapts their number to the size of the documents. */
class SnapshotWalk {
  private after = NO_ID;
  private limit = FIRST_ROWS;
  private done: boolean;

  /** With `matches`, only the records with these ids are read. */
  constructor(
    private readonly lastId: string | null,
    private matches: readonly string[] | undefined,
  ) {
    this.done = lastId === null;
  }

  /** Returns the rows of the next page, or undefined after the last one. */
  next(): PageRows | undefined {
    if (this.matches) {
      return this.matches.length === 0 ? undefined : { ids: this.matches.slice(0, this.limit) };
    }
    return this.done ? undefined : { after: this.after, limit: this.limit };
  }

  advance(page: readonly TextRow[]): void {
    const last = page.at(-1)?.[0] ?? null;
    if (this.matches) this.matches = this.matches.slice(this.matches.indexOf(last ?? '') + 1 || this.limit);
    this.done = last === null || last === this.lastId;
    this.after = last ?? this.after;
    const bytes = page.reduce((sum, columns) => sum + Buffer.byteLength(columns[2] ?? ''), 0);
    const read = bytes < PAGE_BYTES ? this.limit : page.length; // rows that do not match are not returned
    const average = Math.max(1, bytes / read);
    this.limit = Math.max(1, Math.min(MOST_ROWS, this.limit * 4, Math.ceil(PAGE_BYTES / average)));
  }
}

function toSnapshot(row: TextRow): Snapshot {
  const [watermark, positions, feedHead, isAheadOfFeed, oldestTransaction = null, lastId = null] = row;
  if (watermark == null || positions == null || feedHead == null) {
    throw new Error('The table haven.sequencer has no row.');
  }
  return { watermark, positions, feedHead, isAheadOfFeed: isAheadOfFeed === 't', oldestTransaction, lastId };
}

/** Parses an array of ids as PostgreSQL prints it. */
function matchesOf(ids: string | null | undefined): string[] | undefined {
  if (ids == null) return undefined;
  return ids === '{}' ? [] : ids.slice(1, -1).split(',');
}

function prunedMeanwhile(): HavenError {
  return new HavenError(
    'HISTORY_PRUNED',
    "A record was changed while it was being read, and the collection's history setting has deleted its earlier version.",
  );
}
