import { Injectable } from '@nestjs/common';

import { CollectionCache } from '@haven/collections';
import type { CollectionSnapshot } from '@haven/collections';
import { HavenConfig } from '@haven/config';
import { UnitOfWork } from '@haven/database';
import { FinalTransaction } from '@haven/idempotency';
import { ClientGone, HavenError, AuthorizationWatch, toHavenError } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { counter, Metrics } from '@haven/observability';
import type { LabeledSeries, Counter } from '@haven/observability';

import { ImportSpool } from '../domain/import-spool.js';
import { RecordStore } from '../domain/record-store.js';
import type { SpoolResult } from '../domain/record-store.js';
import { BatchedImport } from './batched-import.js';
import type { ParsedBatch, RefusedLine } from './batched-import.js';
import { CsvImport } from './csv-import.js';
import { ImportReportView } from './import.contract.js';
import { ImportRateLimiter } from './import-rate-limiter.js';
import { ImportLinks } from './import-links.js';
import { importIndex, ImportLineParser } from './import-line-parser.js';
import type { ImportOptions } from './import-line-parser.js';
import { readLines } from './import-lines.js';
import type { ImportLine } from './import-lines.js';
import { SpooledImport } from './spooled-import.js';

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
    private readonly batches: BatchedImport,
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
    const importLines = (lines: AsyncIterable<ImportLine[]>): Promise<void> =>
      options.atomic || this.transaction.isRequired
        ? this.importAtOnce(run, snapshot, lines)
        : this.importInBatches(run, snapshot, lines);
    if (!csv) return importLines(readLines(body, this.config.limits.importLineBytes));
    await this.csv.run(caller, body, { csv, shape }, ({ reading, lines }) => {
      report.csv = reading;
      return importLines(lines);
    });
  }

  /** Writes each batch of lines in a transaction of its own. While it is written, the next batch is read and parsed. */
  private async importInBatches(
    run: ImportRun,
    snapshot: CollectionSnapshot,
    lines: AsyncIterable<ImportLine[]>,
  ): Promise<void> {
    const { caller, collection, options, report } = run;
    const progress = { snapshot, isUncertain: false };
    const write = async (batch: ParsedBatch): Promise<void> => {
      progress.isUncertain = true;
      const { snapshot, events, refused } = await this.batches.write(caller, collection, batch, options);
      Object.assign(progress, { snapshot, isUncertain: false });
      const created = events.filter(({ type }) => type === 'record.created').length;
      this.addToReport(report, { created, updated: events.length - created }, refused);
    };
    let writing = Promise.resolve();
    try {
      for await (const batch of this.chargedBatches(run, lines)) {
        const parsed = this.batches.parse(caller, progress.snapshot, batch, options);
        await writing;
        writing = write(parsed);
        writing.catch(() => undefined); // it is thrown where `writing` is awaited
      }
      await writing;
    } catch (error) {
      const first = await writing.then(() => error, (own: unknown) => own);
      throw withProgress(first, report, progress.isUncertain);
    }
  }

  /** Writes all lines in one transaction. Until all have arrived, they are spooled. */
  private async importAtOnce(
    run: ImportRun,
    snapshot: CollectionSnapshot,
    lines: AsyncIterable<ImportLine[]>,
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
    lines: AsyncIterable<ImportLine[]>,
  ): AsyncGenerator<ImportLine[]> {
    for await (const batch of this.inBatches(lines, defaults)) {
      watch.check();
      await this.limiter.consume(caller, batch);
      yield batch;
    }
  }

  private async *inBatches(lines: AsyncIterable<ImportLine[]>, defaults: number): AsyncGenerator<ImportLine[]> {
    const { importBatch, bodyBytes } = this.config.limits;
    let batch: ImportLine[] = [];
    let bytes = 0;
    for await (const block of lines) {
      for (const line of block) {
        batch.push(line);
        bytes += line.size + defaults;
        if (batch.length < importBatch && bytes < bodyBytes) continue;
        yield batch;
        batch = [];
        bytes = 0;
      }
    }
    if (batch.length > 0) yield batch;
  }

  private count(rows: Record<'created' | 'updated' | 'refused', number>): void {
    for (const [outcome, count] of Object.entries(rows)) this.rows.of({ 'haven.import.outcome': outcome }).add(count);
  }

  private addToReport(
    report: ImportReportView,
    { created, updated }: SpoolResult,
    refused: readonly RefusedLine[],
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
