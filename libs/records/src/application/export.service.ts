import { Injectable } from '@nestjs/common';

import { CollectionCache, readyIndexes } from '@haven/collections';
import { HavenConfig } from '@haven/config';
import { printJson, AuthorizationWatch } from '@haven/kernel';
import type { Caller, JsonValue } from '@haven/kernel';

import type { LiveRecord } from '../domain/record-reader.js';
import { RecordSnapshots } from '../domain/record-snapshots.js';
import type { RecordSnapshot } from '../domain/record-snapshots.js';
import { AsOfResolver } from './as-of-resolver.js';
import type { AsOf } from './as-of-resolver.js';
import { CsvExport, memberNames } from './csv-export.js';
import { refuseImpossibleFields } from './impossible-fields.js';
import { RecordQueriesService } from './record-queries.service.js';
import { RecordView } from './records.contract.js';
import type { CsvExportOptions, LineShape } from './transfer-format.js';

/** Options of an export. */
interface ExportRequest extends AsOf {
  filter?: JsonValue;
  shape?: LineShape;
  /** How to write CSV; absent for NDJSON. */
  csv?: CsvExportOptions | undefined;
}

type PrintPage = (page: readonly LiveRecord[]) => string;

/** Streams the records of a collection as NDJSON or CSV, as they were when the export started, in constant memory. */
@Injectable()
export class ExportService {
  constructor(
    private readonly collections: CollectionCache,
    private readonly queries: RecordQueriesService,
    private readonly asOf: AsOfResolver,
    private readonly snapshots: RecordSnapshots,
    private readonly config: HavenConfig,
  ) {}

  /**
   * Exports the records, passing the lines of each page to `write`, at least once. The promise that `write` returns
   * must resolve once `write` can accept the next page, which is read only then; between pages, no database connection
   * is held. If the request itself is invalid, the error is thrown before the first call of `write`.
   */
  export(
    caller: Caller,
    collection: string,
    { filter: json, shape = 'record', asOf, csv }: ExportRequest,
    write: (lines: string) => Promise<void>,
  ): Promise<void> {
    caller.access.requireScope('records:read', collection);
    const filter = this.queries.filter(json);
    const watch = new AuthorizationWatch(caller);
    const all = async (): Promise<void> => {
      const current = await this.collections.get(caller, collection);
      const { id } = current;
      const indexes = readyIndexes(current);
      const moment = this.asOf.resolve(caller, { asOf });
      if (!moment) refuseImpossibleFields(current, filter, []);
      const snapshot = await this.snapshots.take(caller, id, { filter, moment, indexes });
      const print = csv
        ? await this.csvPrinter(snapshot, collection, shape, csv, watch)
        : (page: readonly LiveRecord[]) => ndjson(page, collection, shape);
      for await (const page of snapshot.pages()) {
        watch.check();
        await write(print(page));
      }
    };
    return all().finally(() => watch.end());
  }

  /** The header of a CSV names all members, so the records are read once more before it, unless they are given. */
  private async csvPrinter(
    snapshot: RecordSnapshot,
    collection: string,
    shape: LineShape,
    { columns, ...format }: CsvExportOptions,
    watch: AuthorizationWatch,
  ): Promise<PrintPage> {
    const members = columns ?? (await memberNames(snapshot, this.config.limits.jsonKeys, () => watch.check()));
    const csv = new CsvExport(collection, shape, members, format);
    let header = csv.header();
    return (page) => {
      const text = header + csv.rows(page);
      header = '';
      return text;
    };
  }
}

function ndjson(page: readonly LiveRecord[], collection: string, shape: LineShape): string {
  const lines = page.map((record) => (shape === 'record' ? new RecordView(collection, record) : record.document));
  return lines.map((line) => `${printJson(line)}\n`).join('');
}
