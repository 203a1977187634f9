import { Injectable } from '@nestjs/common';

import { CollectionCache, readyIndexes } from '@haven/collections';
import { HavenConfig } from '@haven/config';
import { AuthorizationWatch, HavenError, invalid, printJson } from '@haven/kernel';
import type { Caller, JsonValue } from '@haven/kernel';
import { pathsOf } from '@haven/query';
import type { Moment } from '@haven/query';

import type { LiveRecord } from '../domain/record-reader.js';
import { RecordSnapshots } from '../domain/record-snapshots.js';
import type { RecordSnapshot } from '../domain/record-snapshots.js';
import { AsOfResolver } from './as-of-resolver.js';
import type { AsOf } from './as-of-resolver.js';
import { CsvExport, memberNames } from './csv-export.js';
import type { Expansion, ExpandInput } from './expand-paths.js';
import { refuseImpossibleFields } from './impossible-fields.js';
import { RecordExpander } from './record-expander.js';
import { linePrinter } from './record-lines.js';
import { RecordQueryParser } from './record-query-parser.js';
import { RecordView } from './records.contract.js';
import type { CsvExportOptions, LineShape } from './transfer-format.js';

/** Options of an export. */
interface ExportRequest extends AsOf {
  filter?: JsonValue;
  shape?: LineShape;
  /** The references whose targets are added to the records. Only for NDJSON lines that are records. */
  expand?: ExpandInput;
  /** How to write CSV; absent for NDJSON. */
  csv?: CsvExportOptions | undefined;
}

/** An export of records with expanded references. */
interface ExpandedExport {
  readonly caller: Caller;
  readonly collection: string;
  readonly expansions: readonly Expansion[];
  readonly moment: Moment | undefined;
}

/** Number of records whose references are expanded together. */
const EXPANDED_PART = 200;

type PrintPage = (page: readonly LiveRecord[]) => string;

/** Streams the records of a collection as NDJSON or CSV, as they were when the export started, in constant memory. */
@Injectable()
export class ExportService {
  constructor(
    private readonly collections: CollectionCache,
    private readonly parser: RecordQueryParser,
    private readonly asOf: AsOfResolver,
    private readonly snapshots: RecordSnapshots,
    private readonly expander: RecordExpander,
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
    { filter: json, shape = 'record', asOf, expand, csv }: ExportRequest,
    write: (lines: string) => Promise<void>,
  ): Promise<void> {
    caller.access.requireScope('records:read', collection);
    if (expand != null && (csv || shape === 'document'))
      throw invalid('VALIDATION_FAILED', '/expand', 'applies only to NDJSON whose lines are records (`shape=record`)');
    const watch = new AuthorizationWatch(caller);
    const all = async (): Promise<void> => {
      const { snapshot, expansions, moment } = await this.collections.readPast(caller, collection, async (current) => {
        const filter = await this.parser.filter(caller, current, json, asOf);
        const moment = this.asOf.resolve(caller, { asOf });
        if (!moment) refuseImpossibleFields(current, pathsOf(filter, []));
        const expansions = await this.expander.resolve(caller, current, expand, moment);
        const selection = { filter, moment, indexes: readyIndexes(current) };
        return { snapshot: await this.snapshots.take(caller, current.id, selection), expansions, moment };
      });
      const print = csv
        ? await this.csvPrinter(snapshot, collection, shape, csv, watch)
        : linePrinter(collection, shape);
      for await (const page of snapshot.pages()) {
        watch.check();
        if (expansions.length === 0) await write(print(page));
        else await this.writeExpanded({ caller, collection, expansions, moment }, page, write);
      }
    };
    return all().finally(() => watch.end());
  }

  /**
   * Writes records with their expanded ones, as they are now or were at the point in time. Writes them in parts, so
   * that neither one statement nor the memory has the expanded records of a whole page.
   */
  private async writeExpanded(
    expanded: ExpandedExport,
    page: readonly LiveRecord[],
    write: (lines: string) => Promise<void>,
    size = EXPANDED_PART,
  ): Promise<void> {
    const { caller, collection, expansions, moment } = expanded;
    if (page.length === 0) await write('');
    for (let start = 0; start < page.length; start += size) {
      const part = page
        .slice(start, start + size)
        .map((record) => ({ view: new RecordView(collection, record), record }));
      try {
        await this.expander.expand(caller, expansions, part, moment);
      } catch (error) {
        if (part.length === 1 || !isTooMuch(error)) throw error;
        await this.writeExpanded(expanded, page.slice(start, start + size), write, Math.ceil(part.length / 2));
        continue;
      }
      await write(part.map(({ view }) => `${printJson(view)}\n`).join(''));
    }
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

/** Whether fewer records can be expanded where so many cannot. */
function isTooMuch(error: unknown): boolean {
  return error instanceof HavenError && error.code === 'LIMIT_EXCEEDED';
}
