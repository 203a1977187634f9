import { randomUUID } from 'node:crypto';

import type { CollectionSnapshot } from '@haven/collections';
import { WriteConflict } from '@haven/database';
import { HavenError, Precondition, timeMarker, withoutClient } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { withValueAt } from '@haven/query';

import { DuplicateValues } from '../domain/duplicate-values.js';
import type { ValueConflict } from '../domain/duplicate-values.js';
import type { ImportSpool, SpoolEntry, SpoolSummary } from '../domain/import-spool.js';
import type { RecordStore, SpoolResult } from '../domain/record-store.js';
import type { CollectionIds, ImportLinks } from './import-links.js';
import { importIndex, withLineNumber, withoutData } from './import-line-parser.js';
import type { ImportEntry, ImportLineParser, ImportOptions } from './import-line-parser.js';
import type { ImportLine } from './import-lines.js';
import { SpooledLinks } from './spooled-links.js';
import { uniqueViolation } from './unique-index.js';

/** Interval of the signs of life, much shorter than the silence after which an import is removed. */
const TOUCH_INTERVAL_MS = 20_000;

/** Number of lines that are read at a time if they have to be validated again. */
const PAGE_SIZE = 500;

/** Attempts to lock the records that hold the values of the lines, with `upsertBy`. */
const ATTEMPTS = 3;

/** An import whose lines are spooled until all have arrived. */
export class SpooledImport {
  /** The refused lines, if the import is not atomic. */
  readonly refused: [Pick<ImportLine, 'number'>, HavenError][] = [];
  private readonly id = randomUUID();
  private readonly clock: NodeJS.Timeout;
  private readonly marker = timeMarker();
  private hasTimes = false;
  private lines = 0;
  private lastLine = 0;
  private bytes = 0;

  /** The lines are validated against `snapshot` when they arrive. */
  constructor(
    private readonly caller: Caller,
    private readonly snapshot: CollectionSnapshot,
    private readonly options: ImportOptions,
    private readonly spool: ImportSpool,
    private readonly parser: ImportLineParser,
    private readonly links: ImportLinks,
  ) {
    this.clock = setInterval(() => {
      // After a failure, the next one comes in time; and `write` notices if the lines have been removed nevertheless.
      this.spool.touch(caller, this.id).catch(() => undefined);
    }, TOUCH_INTERVAL_MS).unref();
  }

  /** Validates and spools a batch of lines. */
  async append(batch: readonly ImportLine[]): Promise<void> {
    const entries: ImportEntry[] = [];
    const origin = { principal: this.caller.actor };
    for (const line of batch) {
      this.attempt(line.number, () => entries.push(this.parser.parse(line, this.snapshot, this.options, origin)));
    }
    if (entries.length === 0) return;
    const { shape, upsertBy } = this.options;
    const newRecords = shape === 'document' && upsertBy === undefined ? this.lines + entries.length : 0;
    const spooled = entries.map((entry) => this.toSpool(entry));
    try {
      this.bytes += await this.spool.append(this.caller, this.id, spooled, newRecords);
      this.lines += entries.length;
      this.lastLine = entries.at(-1)?.line.number ?? this.lastLine;
    } catch (error) {
      if (this.options.atomic || !isQuotaExceeded(error)) throw error;
      for (const { line } of entries) this.refused.push([line, error]);
    }
  }

  /** Marks where the document gets the time of its event, which is not known before the import is written. */
  private toSpool({ id, data, times, line }: ImportEntry): SpoolEntry {
    this.hasTimes ||= times.length > 0;
    return { line: line.number, recordId: id, data: withValueAt(data, times, this.marker) };
  }

  /** Writes all spooled lines in the open transaction, which holds the lock of the collection, and removes them. */
  async write(collection: CollectionSnapshot, store: RecordStore): Promise<SpoolResult> {
    if (this.lines === 0) return { created: 0, updated: 0 };
    const spooled = await this.lock(collection);
    if (spooled.lines !== this.lines) {
      throw new HavenError('UNAVAILABLE', 'The lines of the import were lost, because the database was restarted.', {
        retryAfter: 1,
      });
    }
    if (collection.references.length > 0 && spooled.lines > spooled.records) await this.spool.keepLast(this.id);
    if (this.hasTimes) await this.spool.setTimes(collection.id, this.id, this.marker);
    const before = this.refused.length;
    if (collection.id !== this.snapshot.id || collection.revision !== this.snapshot.revision) {
      await this.revalidate(collection);
    }
    if (collection.requirePrecondition && spooled.living > 0) await this.refuseLiving(collection);
    const collections = await this.links.lockCollections(this.caller, collection);
    await this.refuseBroken(collection, collections);
    const isUnchanged = this.refused.length === before;
    const result = await this.writeLines({ collection, collections }, store, isUnchanged ? spooled : undefined);
    await this.spool.remove(this.caller, this.id, this.bytes);
    return result;
  }

  /** Locks the rows of the records. With `upsertBy`, these are the records that hold the values of the lines. */
  private async lock(collection: CollectionSnapshot): Promise<SpoolSummary> {
    const { upsertBy } = this.options;
    if (upsertBy === undefined) return this.spool.lock(collection.id, this.id);
    const index = importIndex(collection, upsertBy);
    await this.spool.assignHolders(collection.id, this.id, index);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const summary = await this.spool.lock(collection.id, this.id);
      if ((await this.spool.assignHolders(collection.id, this.id, index)) === 0) return summary;
    }
    throw new WriteConflict('The records that hold the values change too often.');
  }

  /** Writes the lines. If the import is not atomic, refuses those that cannot be written. */
  private async writeLines(
    written: { readonly collection: CollectionSnapshot; readonly collections: CollectionIds },
    store: RecordStore,
    summary: SpoolSummary | undefined,
  ): Promise<SpoolResult> {
    const { collection, collections } = written;
    const { lines: count, records, living } = summary ?? (await this.spool.lock(collection.id, this.id));
    if (count > records) await this.spool.keepLast(this.id);
    const { id: importId, lastLine } = this;
    const lines = { importId, lastLine, records, living, mayBeCached: collection.mayBeCached };
    const { atomic } = this.options;
    try {
      const mayContinue = !atomic && collection.indexes.some(({ unique }) => unique);
      const append = () => store.appendSpool(collection, lines);
      return await (mayContinue ? this.spool.nested(append) : append());
    } catch (error) {
      if (error instanceof DuplicateValues) {
        await this.refuseDuplicates(collection, error);
        await this.refuseBroken(collection, collections);
        return this.writeLines(written, store, undefined);
      }
      if (atomic || !isQuotaExceeded(error)) throw error; // nothing has been written yet
      await this.refuseWhere(() => {
        throw error;
      });
      return { created: 0, updated: 0 };
    }
  }

  /** Refuses the lines with links that lead to no record, and locks the targets of the others. */
  private async refuseBroken(collection: CollectionSnapshot, collections: CollectionIds): Promise<void> {
    if (collection.references.length === 0) return;
    const links = new SpooledLinks(this.id, collection, this.spool, this.links, collections);
    const broken = await links.broken({ first: this.options.atomic });
    for (const [line, error] of broken) {
      this.attempt(line, () => {
        throw this.options.shape === 'document' ? withoutData(error) : error;
      });
    }
    if (broken.size > 0) await this.spool.refuse(this.id, [...broken.keys()]);
  }

  private async refuseDuplicates(collection: CollectionSnapshot, { conflicts }: DuplicateValues): Promise<void> {
    const mayRead = this.caller.access.allows('records:read', collection.name);
    const byLine = new Map(conflicts.map((conflict) => [conflict.line ?? 0, conflict]));
    for (const [line, conflict] of byLine) {
      this.attempt(line, () => {
        throw lineViolation(collection, conflict, mayRead, this.options);
      });
    }
    await this.spool.refuse(this.id, [...byLine.keys()]);
  }

  /** Ends the import after the commit. */
  end(): void {
    clearInterval(this.clock);
  }

  /** Ends an import that has failed, and removes its lines. */
  async discard(): Promise<void> {
    this.end();
    if (this.bytes === 0) return;
    // If this fails, the leader removes them later; the client must get the error of the import in any case.
    await this.spool.remove(withoutClient(this.caller), this.id, this.bytes).catch(() => undefined);
  }

  /** Validates all lines again, because the collection has changed, and adds its new defaults. */
  private async revalidate(collection: CollectionSnapshot): Promise<void> {
    const origin = { principal: this.caller.actor };
    this.hasTimes = false;
    await this.refuseWhere((entry) => {
      const { data, times } = this.parser.complete(entry.data, collection, this.options.shape, origin);
      if (data === entry.data) return undefined;
      this.hasTimes ||= times.length > 0;
      return { ...entry, data: withValueAt(data, times, this.marker) };
    });
    if (this.hasTimes) await this.spool.setTimes(collection.id, this.id, this.marker);
  }

  /**
   * Calls `check` for all lines, and refuses those for which it throws. If it returns another document, the line gets
   * it.
   */
  private async refuseWhere(check: (entry: SpoolEntry) => SpoolEntry | undefined): Promise<void> {
    for (let after = 0; ;) {
      const page = await this.spool.page(this.id, after, PAGE_SIZE);
      const before = this.refused.length;
      const changed: SpoolEntry[] = [];
      for (const entry of page) this.attempt(entry.line, () => changed.push(...[check(entry) ?? []].flat()));
      if (changed.length > 0) await this.spool.replace(this.id, changed);
      const refused = this.refused.slice(before).map(([{ number }]) => number);
      if (refused.length > 0) await this.spool.refuse(this.id, refused);
      if (page.length < PAGE_SIZE) return;
      after = page.at(-1)?.line ?? after;
    }
  }

  /** Refuses the lines that would replace a record, because an import has no preconditions. */
  private async refuseLiving(collection: CollectionSnapshot): Promise<void> {
    const lines = await this.spool.livingLines(collection.id, this.id);
    for (const line of lines) this.attempt(line, () => Precondition.none.require());
    await this.spool.refuse(this.id, lines);
  }

  private attempt(number: number, act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof HavenError)) throw error;
      if (this.options.atomic) throw withLineNumber(error, number);
      this.refused.push([{ number }, error]);
    }
  }
}

/** Returns the error of a line whose value another record holds. */
export function lineViolation(
  { indexes }: CollectionSnapshot,
  conflict: ValueConflict,
  mayRead: boolean,
  { shape }: ImportOptions,
): HavenError {
  const error = uniqueViolation(indexes, conflict, mayRead);
  return shape === 'document' ? withoutData(error) : error;
}

function isQuotaExceeded(error: unknown): error is HavenError {
  return error instanceof HavenError && error.code === 'QUOTA_EXCEEDED';
}
