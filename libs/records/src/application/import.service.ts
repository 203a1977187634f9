import { Injectable } from '@nestjs/common';

import { CollectionCache } from '@haven/collections';
import type { CollectionSnapshot } from '@haven/collections';
import { HavenConfig } from '@haven/config';
import { WriteConflict, UnitOfWork } from '@haven/database';
import { decodeUtf8 } from '@haven/http';
import {
  HavenError,
  invalid,
  isJsonObject,
  withPointers,
  parseJson,
  Precondition,
  rewriteErrors,
  AuthorizationWatch,
} from '@haven/kernel';
import type { Caller, JsonObject } from '@haven/kernel';
import { counter, Metrics } from '@haven/observability';
import type { LabeledSeries, Counter } from '@haven/observability';

import type { RecordEvent } from '../domain/record-event.js';
import { RecordStore } from '../domain/record-store.js';
import { replacedEvent } from '../domain/stored-record.js';
import type { StoredRecord } from '../domain/stored-record.js';
import type { LineShape } from './export.service.js';
import { ImportReportView } from './import.contract.js';
import { ImportRateLimiter } from './import-rate-limiter.js';
import { readLines } from './import-lines.js';
import type { ImportLine } from './import-lines.js';
import { newRecordId } from './record-id.js';
import { document } from './record-input.js';

const ROWS = counter('haven.import.rows', {
  unit: '{row}',
  description: 'Lines of imports that have been processed.',
  labels: { 'haven.import.outcome': '`created`, `updated` or `refused`' },
});

/** Options of an import. */
export interface ImportOptions {
  /**
   * Whether to import all lines in one transaction, so that the first invalid line fails the whole import (422).
   * Otherwise invalid lines are skipped and reported.
   */
  atomic: boolean;
  /**
   * The content of each line: only a document, or `{id, data}` as in an export, which replaces or creates the record
   * with that id.
   */
  shape: LineShape;
}

interface ImportEntry {
  id: string;
  data: JsonObject;
  line: ImportLine;
}

/** The result of importing one batch of lines. */
interface BatchOutcome {
  events: RecordEvent[];
  refused: [ImportLine, HavenError][];
}

/** Imports NDJSON of any length in batches, in constant memory. */
@Injectable()
export class ImportService {
  private readonly rows: LabeledSeries<Counter>;

  constructor(
    private readonly collections: CollectionCache,
    private readonly store: RecordStore,
    private readonly uow: UnitOfWork,
    private readonly limiter: ImportRateLimiter,
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
    const all = async (): Promise<void> => {
      for await (const batch of this.batches(body)) {
        watch.check();
        await this.limiter.consume(caller, batch).catch((error: unknown) => {
          throw withProgress(error, report, options);
        });
        this.addToReport(report, await this.uow.run(caller, () => this.write(caller, collection, batch, options)));
      }
    };
    await this.collections.get(caller, collection);
    await (options.atomic ? this.uow.run(caller, all, { retries: 0 }) : all()).finally(() => watch.end());
    return report;
  }

  private async *batches(body: AsyncIterable<Uint8Array>): AsyncGenerator<ImportLine[]> {
    const { importBatch, importLineBytes, bodyBytes } = this.config.limits;
    let batch: ImportLine[] = [];
    let bytes = 0;
    for await (const line of readLines(body, importLineBytes)) {
      batch.push(line);
      bytes += line.bytes.length;
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
    const refused: [ImportLine, HavenError][] = [];
    const entries = new Map<string, ImportEntry>();
    const attempt = (line: ImportLine, act: () => void): void => {
      try {
        act();
      } catch (error) {
        if (!(error instanceof HavenError)) throw error;
        if (options.atomic) throw withLineNumber(error, line);
        refused.push([line, error]);
      }
    };
    for (const line of lines) {
      attempt(line, () => {
        const entry = this.read(line, snapshot, options.shape);
        entries.set(entry.id, entry); // the last line with an id wins, as if the lines were written one after the other
      });
    }
    const current =
      options.shape === 'record'
        ? await this.store.lock(snapshot.id, [...entries.keys()])
        : new Map<string, StoredRecord>();
    const events: RecordEvent[] = [];
    for (const { id, data, line } of entries.values()) {
      const record = current.get(id) ?? null;
      attempt(line, () => {
        if (record?.lives && snapshot.requirePrecondition) Precondition.none.require();
        events.push(replacedEvent(id, record, data, Precondition.none));
      });
    }
    const stored = await this.store.append(snapshot, events).catch((error: unknown) => {
      if (options.atomic || !(error instanceof HavenError) || error.code !== 'QUOTA_EXCEEDED') throw error;
      return error; // nothing has been written yet
    });
    if (stored instanceof HavenError) return { events: [], refused: lines.map((line) => [line, stored]) };
    if (stored.includes(undefined)) throw new WriteConflict('One of the records was created concurrently.');
    return { events, refused };
  }

  private read(line: ImportLine, { schema }: CollectionSnapshot, shape: LineShape): ImportEntry {
    const { jsonDepth: depth, jsonKeys: keys, jsonValues: values } = this.config.limits;
    const value = withColumnOnly(() => parseJson(decodeUtf8(line.bytes), { depth, keys, values }));
    if (!isJsonObject(value)) throw invalid('VALIDATION_FAILED', '', 'Must be a JSON object');
    if (shape === 'document') {
      withDocumentPointers(() => schema?.validate(value));
      return { id: newRecordId(undefined), data: value, line };
    }
    const data = document(value['data']);
    schema?.validate(data);
    return { id: newRecordId(value['id']), data, line };
  }

  private count(rows: Record<'created' | 'updated' | 'refused', number>): void {
    for (const [outcome, count] of Object.entries(rows)) this.rows.of({ 'haven.import.outcome': outcome }).add(count);
  }

  private addToReport(report: ImportReportView, { events, refused }: BatchOutcome): void {
    const created = events.filter(({ type }) => type === 'record.created').length;
    report.created += created;
    report.updated += events.length - created;
    report.imported += events.length;
    report.failed += refused.length;
    this.uow.afterCommit(() => this.count({ created, updated: events.length - created, refused: refused.length }));
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
 * Rewrites the position in JSON syntax errors to contain only the column: each line is parsed separately, so the parser
 * always reports line 1.
 */
function withColumnOnly<T>(parse: () => T): T {
  return rewriteErrors(
    parse,
    ({ code, detail, extras }) => new HavenError(code, detail.replace(/^Line 1, column/, 'Column'), extras),
  );
}

/** Removes the prefix `/data` from the pointers of schema errors. Used for a line that contains only the document. */
function withDocumentPointers(validate: () => void): void {
  rewriteErrors(validate, (error) =>
    withPointers(error, (pointer) => pointer.replace(/^\/data/, ''), error.detail.replace(/^\/data(?:: |(?=\/))/, '')),
  );
}

/**
 * Adds to an error how many records had been written and how many lines had been refused when it occurred. Leaves the
 * error of an atomic import unchanged, because such an import then writes nothing.
 */
function withProgress(error: unknown, { imported, failed }: ImportReportView, { atomic }: ImportOptions): unknown {
  if (!(error instanceof HavenError) || atomic) return error;
  const done = `Before that, ${imported} records were written and ${failed} lines were refused.`;
  return new HavenError(error.code, `${error.detail} ${done}`, error.extras);
}

function withLineNumber({ code, detail, extras }: HavenError, { number }: ImportLine): HavenError {
  return new HavenError(code, `Line ${number}: ${detail}`, extras);
}
