import { Injectable } from '@nestjs/common';

import { CollectionCache } from '@haven/collections';
import { printJson, AuthorizationWatch } from '@haven/kernel';
import type { Caller, JsonValue } from '@haven/kernel';

import { RecordSnapshots } from '../domain/record-snapshots.js';
import { AsOfResolver } from './as-of-resolver.js';
import type { AsOf } from './as-of-resolver.js';
import { refuseImpossibleFields } from './impossible-fields.js';
import { RecordQueriesService } from './record-queries.service.js';
import { RecordView } from './records.contract.js';

/** The content of each line of an import or export: the whole record, or only its document. */
export type LineShape = 'record' | 'document';

/** Options of an export. */
interface ExportRequest extends AsOf {
  filter?: JsonValue;
  shape?: LineShape;
}

/** Streams the records of a collection as NDJSON, as they were when the export started, in constant memory. */
@Injectable()
export class ExportService {
  constructor(
    private readonly collections: CollectionCache,
    private readonly queries: RecordQueriesService,
    private readonly asOf: AsOfResolver,
    private readonly snapshots: RecordSnapshots,
  ) {}

  /**
   * Exports the records, passing the lines of each page to `write`, at least once. The promise that `write` returns
   * must resolve once `write` can accept the next page, which is read only then; between pages, no database connection
   * is held. If the request itself is invalid, the error is thrown before the first call of `write`.
   */
  export(
    caller: Caller,
    collection: string,
    { filter: json, shape = 'record', asOf }: ExportRequest,
    write: (lines: string) => Promise<void>,
  ): Promise<void> {
    caller.access.requireScope('records:read', collection);
    const filter = this.queries.filter(json);
    const watch = new AuthorizationWatch(caller);
    const all = async (): Promise<void> => {
      const current = await this.collections.get(caller, collection);
      const { id, indexed } = current;
      const moment = this.asOf.resolve(caller, { asOf });
      if (!moment) refuseImpossibleFields(current, filter, []);
      for await (const page of this.snapshots.read(caller, { id, indexed }, { filter, moment })) {
        watch.check();
        const lines = page.map((record) => (shape === 'record' ? new RecordView(collection, record) : record.document));
        await write(lines.map((line) => `${printJson(line)}\n`).join(''));
      }
    };
    return all().finally(() => watch.end());
  }
}
