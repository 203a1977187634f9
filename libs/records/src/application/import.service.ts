import { Injectable } from '@nestjs/common';

import { CollectionCache } from '@haven/collections';
import type { CollectionSnapshot } from '@haven/collections';
import { HavenConfig } from '@haven/config';
import { WriteConflict, UnitOfWork } from '@haven/database';
import { FinalTransaction } from '@haven/idempotency';
import { ClientGone, HavenError, Precondition, AuthorizationWatch, toHavenError } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { counter, Metrics } from '@haven/observability';
import type { LabeledSeries, Counter } from '@haven/observability';
import { withValueAt } from '@haven/query';
import type { IndexDefinition } from '@haven/query';

import { DuplicateValues } from '../domain/duplicate-values.js';
import type { RecordEvent } from '../domain/record-event.js';
import { ImportSpool } from '../domain/import-spool.js';
import { RecordStore } from '../domain/record-store.js';
import type { SpoolResult } from '../domain/record-store.js';
import { replacedEvent } from '../domain/stored-record.js';
import type { StoredRecord } from '../domain/stored-record.js';
import { CsvImport } from './csv-import.js';
import { eventTime } from './default-values.js';
import { ImportReportView } from './import.contract.js';
import { ImportRateLimiter } from './import-rate-limiter.js';
import { ImportLinks } from './import-links.js';
import { importIndex, ImportLineParser, withoutData } from './import-line-parser.js';
import type { ImportEntry, ImportOptions } from './import-line-parser.js';
import { ImportUpserts } from './import-upserts.js';
import { readLines } from './import-lines.js';
import type { ImportLine } from './import-lines.js';
import { lineViolation, SpooledImport } from './spooled-import.js';

const ROWS = counter('haven.import.rows', {
  unit: '{row}',
  description: 'Lines of imports that have been processed.',
  labels: { 'haven.import.outcome': '`created`, `updated` or `refused`' },
});

/** A running import. */
interface ImportRun {
  caller: Caller;
  collection: string;
  options: ImportOptions;
  report: ImportReportView;
  watch: AuthorizationWatch;
  /** How much longer the defaults of the collection can make a line. */
  defaults: number;
}

/** The result of importing one batch of lines. */
interface BatchOutcome {
  events: RecordEvent[];
  refused: [Pick<ImportLine, 'number'>, HavenError][];
}

/** Imports NDJSON or CSV of any length in batches, in constant memory. */
@Injectable()
export class ImportService {
  private readonly rows: LabeledSeries<Counter>;

  constructor(
    private readonly collections: CollectionCache,
    private readonly store: RecordStore,
    private readonly uow: UnitOfWork,
    private readonly spool: ImportSpool,
    private readonly transaction: FinalTransaction,
    private readonly parser: ImportLineParser,
    private readonly limiter: ImportRateLimiter,
    private readonly csv: CsvImport,
    private readonly upserts: ImportUpserts,
    private readonly links: ImportLinks,
    private readonly config: HavenConfig,
    metrics: Metrics,
  ) {
    this.rows = metrics.counter(ROWS);
  }

  /** Imports all lines of `body`, and returns a report. */
  async import(
    caller: Caller,
    collection: string,
    body: AsyncIterable<Uint8Array>,
    options: ImportOptions,
  ): Promise<ImportReportView> {
    caller.access.requireScope('records:write', collection);
    const report = new ImportReportView();
    const watch = new AuthorizationWatch(caller);
    const run = { caller, collection, options, report, watch, defaults: 0 };
    await this.importBody(run, body).finally(() => watch.end());
    return report;
  }

  private async importBody(run: ImportRun, body: AsyncIterable<Uint8Array>): Promise<void> {
    const { caller, collection, options, report } = run;
    const { csv, shape } = options;
    const snapshot = await this.collections.get(caller, collection); // before the body is read
    if (options.upsertBy !== undefined) importIndex(snapshot, options.upsertBy);
    run.defaults = snapshot.schema?.defaults?.length ?? 0;
    const importLines = (lines: AsyncIterable<ImportLine>): Promise<void> =>
      options.atomic || this.transaction.isRequired
        ? this.importAtOnce(run, snapshot, lines)
        : this.importInBatches(run, lines);
    if (!csv) return importLines(readLines(body, this.config.limits.importLineBytes));
    await this.csv.run(caller, body, { csv, shape }, ({ reading, lines }) => {
      report.csv = reading;
      return importLines(lines);
    });
  }

  /** Writes each batch of lines in a transaction of its own. */
  private async importInBatches(run: ImportRun, lines: AsyncIterable<ImportLine>): Promise<void> {
    const { caller, collection, options, report } = run;
    let isWriting = false;
    try {
      for await (const batch of this.chargedBatches(run, lines)) {
        isWriting = true;
        const { events, refused } = await this.uow.run(caller, () => this.write(caller, collection, batch, options));
        isWriting = false;
        const created = events.filter(({ type }) => type === 'record.created').length;
        this.addToReport(report, { created, updated: events.length - created }, refused);
      }
    } catch (error) {
      throw withProgress(error, report, isWriting);
    }
  }

  /** Writes all lines in one transaction. Until all have arrived, they are spooled. */
  private async importAtOnce(
    run: ImportRun,
    snapshot: CollectionSnapshot,
    lines: AsyncIterable<ImportLine>,
  ): Promise<void> {
    const { caller, collection, options, report, watch } = run;
    const spooled = new SpooledImport(caller, snapshot, options, this.spool, this.parser, this.links);
    try {
      for await (const batch of this.chargedBatches(run, lines)) await spooled.append(batch);
      watch.check();
      await this.transaction.run(caller, async () => {
        const result = await spooled.write(await this.collections.lockForWrite(caller, collection), this.store);
        this.addToReport(report, result, spooled.refused);
        return report;
      });
      if (this.transaction.isDryRun) await spooled.discard();
      else spooled.end();
    } catch (error) {
      await spooled.discard();
      throw error;
    }
  }

  /** Charges each batch to the rate limit, waiting if necessary. */
  private async *chargedBatches(
    { caller, watch, defaults }: ImportRun,
    lines: AsyncIterable<ImportLine>,
  ): AsyncGenerator<ImportLine[]> {
    for await (const batch of this.batches(lines, defaults)) {
      watch.check();
      await this.limiter.consume(caller, batch);
      yield batch;
    }
  }

  private async *batches(lines: AsyncIterable<ImportLine>, defaults: number): AsyncGenerator<ImportLine[]> {
    const { importBatch, bodyBytes } = this.config.limits;
    let batch: ImportLine[] = [];
    let bytes = 0;
    for await (const line of lines) {
      batch.push(line);
      bytes += line.bytes.length + defaults;
      if (batch.length < importBatch && bytes < bodyBytes) continue;
      yield batch;
      batch = [];
      bytes = 0;
    }
    if (batch.length > 0) yield batch;
  }

  private async write(
    caller: Caller,
    collection: string,
    lines: ImportLine[],
    options: ImportOptions,
  ): Promise<BatchOutcome> {
    const snapshot = await this.collections.lockForWrite(caller, collection);
    const refused: [Pick<ImportLine, 'number'>, HavenError][] = [];
    const entries = new Map<string, ImportEntry>();
    const attempt = (line: ImportLine, act: () => void): void => {
      try {
        act();
      } catch (error) {
        if (!(error instanceof HavenError)) throw error;
        refused.push([line, error]);
      }
    };
    const index = options.upsertBy === undefined ? undefined : importIndex(snapshot, options.upsertBy);
    const now = snapshot.schema?.defaults?.usesTime ? await this.store.now() : undefined;
    for (const line of lines) {
      attempt(line, () => {
        const entry = this.parser.parse(line, snapshot, options, { principal: caller.actor, now });
        entries.set(entry.id, entry); // the last line with an id wins, as if the lines were written one after the other
      });
    }
    const locked = await this.lock(snapshot, [...entries.values()], options, index);
    const events: RecordEvent[] = [];
    const lineOf = new Map<string, ImportLine>();
    for (const { id, data: parsed, times, line } of locked.entries) {
      const record = locked.current.get(id) ?? null;
      const data = now === undefined ? parsed : withValueAt(parsed, times, eventTime(now, record));
      attempt(line, () => {
        if (record?.lives && snapshot.requirePrecondition) Precondition.none.require();
        events.push(replacedEvent(id, record, data, Precondition.none));
        lineOf.set(id, line);
      });
    }
    const refuse = (id: string, error: HavenError) => refused.push([lineOf.get(id) ?? { number: 0 }, error]);
    const written = await this.appendAccepted(caller, snapshot, events, { options, index, refuse });
    if (written instanceof HavenError) return { events: [], refused: lines.map((line) => [line, written]) };
    return { events: written, refused };
  }

  /** Locks the records that the entries replace, and returns the entries that are to be written. */
  private async lock(
    snapshot: CollectionSnapshot,
    entries: ImportEntry[],
    { shape }: ImportOptions,
    index: IndexDefinition | undefined,
  ): Promise<{ entries: ImportEntry[]; current: Map<string, StoredRecord> }> {
    if (index) return this.upserts.lock(snapshot, index, entries);
    const current =
      shape === 'record'
        ? await this.store.lock(
            snapshot.id,
            entries.map(({ id }) => id),
          )
        : new Map<string, StoredRecord>();
    return { entries, current };
  }

  /**
   * Writes the events except those that are refused: with values of unique indexes that other records hold, and with
   * links to no record. Refusing one can take a value from another one, because the record that was to lose it keeps
   * it, or the target of its link. Returns the written events, or the error if a quota is exceeded.
   */
  private async appendAccepted(
    caller: Caller,
    snapshot: CollectionSnapshot,
    events: RecordEvent[],
    {
      options,
      index,
      refuse,
    }: { options: ImportOptions; index: IndexDefinition | undefined; refuse: (id: string, error: HavenError) => void },
  ): Promise<RecordEvent[] | HavenError> {
    const append = (accepted: RecordEvent[]) => () => this.store.append(snapshot, accepted);
    const hasUnique = snapshot.indexes.some(({ unique }) => unique);
    const mayRead = caller.access.allows('records:read', snapshot.name);
    const links = await this.links.ofBatch(caller, snapshot, events);
    for (let accepted = events; ;) {
      const broken = links?.broken(new Set(accepted.map(({ recordId }) => recordId))) ?? new Map<string, HavenError>();
      for (const [id, error] of broken) refuse(id, options.shape === 'document' ? withoutData(error) : error);
      accepted = accepted.filter(({ recordId }) => !broken.has(recordId));
      if (accepted.length === 0) return [];
      try {
        const stored = await (hasUnique ? this.uow.current().nested(append(accepted)) : append(accepted)());
        if (stored.includes(undefined)) throw new WriteConflict('One of the records was created concurrently.');
        return accepted;
      } catch (error) {
        if (error instanceof HavenError && error.code === 'QUOTA_EXCEEDED') return error; // nothing is written yet
        if (!(error instanceof DuplicateValues)) throw error;
        const conflicts = new Map(error.conflicts.map((conflict) => [conflict.recordId, conflict]));
        for (const [id, conflict] of conflicts) {
          if (conflict.indexId === index?.id)
            throw new WriteConflict('A record with the value was created concurrently.');
          refuse(id, lineViolation(snapshot, conflict, mayRead, options));
        }
        accepted = accepted.filter(({ recordId }) => !conflicts.has(recordId));
      }
    }
  }

  private count(rows: Record<'created' | 'updated' | 'refused', number>): void {
    for (const [outcome, count] of Object.entries(rows)) this.rows.of({ 'haven.import.outcome': outcome }).add(count);
  }

  private addToReport(
    report: ImportReportView,
    { created, updated }: SpoolResult,
    refused: readonly [Pick<ImportLine, 'number'>, HavenError][],
  ): void {
    report.created += created;
    report.updated += updated;
    report.imported += created + updated;
    report.failed += refused.length;
    this.uow.afterCommit(() => this.count({ created, updated, refused: refused.length }));
    for (const [{ number: line }, { code, detail, extras }] of refused.toSorted(
      ([one], [other]) => one.number - other.number,
    )) {
      for (const error of extras.errors ?? [{ code, detail, pointer: '' }]) {
        if (report.errors.length < this.config.limits.importErrors) report.errors.push({ line, ...error });
      }
    }
  }
}

/**
 * Adds to an error what the import had stored when it occurred, because the client cannot know it otherwise. If a
 * server error occurs while a batch is being written, its transaction may have been committed.
 */
function withProgress(error: unknown, { imported, failed }: ImportReportView, isWriting: boolean): unknown {
  if (error instanceof ClientGone) return error;
  const { code, detail, extras, status } = toHavenError(error);
  const isUncertain = isWriting && status >= 500;
  if (imported === 0 && !isUncertain) return new HavenError(code, `${detail} Nothing was stored.`, extras);
  const cause = detail.replace('; nothing was changed.', '.'); // the detail of INTERNAL
  const stored = imported === 1 ? '1 record was' : `${imported} records were`;
  const done = `Before that, ${stored} stored and ${failed === 1 ? '1 line was' : `${failed} lines were`} refused.`;
  const uncertain = isUncertain ? ' The lines that followed may have been stored.' : '';
  return new HavenError(code, `${cause} ${done}${uncertain}`, extras);
}
