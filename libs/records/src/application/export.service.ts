import { Injectable } from '@nestjs/common';

import { CollectionCache } from '@haven/collections';
import { UnitOfWork } from '@haven/database';
import { printJson, AuthorizationWatch } from '@haven/kernel';
import type { Caller, JsonValue } from '@haven/kernel';

import { RecordReader } from '../domain/record-reader.js';
import { AsOfResolver } from './as-of-resolver.js';
import type { AsOf } from './as-of-resolver.js';
import { RecordQueriesService } from './record-queries.service.js';
import { RecordView } from './records.contract.js';

/** The content of each line of an import or export: the whole record, or only its document. */
export type LineShape = 'record' | 'document';

/** Options of an export. */
interface ExportRequest extends AsOf {
  filter?: JsonValue;
  shape?: LineShape;
}

/** Streams the records of a collection as NDJSON, from a single snapshot and in constant memory. */
@Injectable()
export class ExportService {
  constructor(
    private readonly collections: CollectionCache,
    private readonly queries: RecordQueriesService,
    private readonly asOf: AsOfResolver,
    private readonly reader: RecordReader,
    private readonly uow: UnitOfWork,
  ) {}

  /**
   * Exports the records, passing batches of lines to `write`. The promise that `write` returns must resolve once
   * `write` can accept the next batch. If the request itself is invalid, the error is thrown before the first call of
   * `write`.
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
      const { id } = await this.collections.get(caller, collection);
      const moment = this.asOf.resolve(caller, { asOf });
      await this.reader.requireKept(caller, id, moment);
      let hasBegun = false;
      for await (const batch of this.reader.stream(id, { filter, moment })) {
        watch.check();
        if (!hasBegun) await this.uow.current().recordPosition(); // before `write` sends the headers
        hasBegun = true;
        const lines = batch.map((record) =>
          shape === 'record' ? new RecordView(collection, record) : record.document,
        );
        await write(lines.map((line) => `${printJson(line)}\n`).join(''));
      }
      if (hasBegun) return;
      await this.uow.current().recordPosition();
      await write('');
    };
    return this.uow.run(caller, all).finally(() => watch.end());
  }
}
