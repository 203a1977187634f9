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

/** Content of a line of an import or export: the whole record, or only its document. */
export type LineShape = 'record' | 'document';

/** Options of an export. */
interface ExportRequest extends AsOf {
  filter?: JsonValue;
  shape?: LineShape;
}

/** Streams a collection at one moment as NDJSON, in constant memory. */
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
   * Passes batches of lines to `write`, which resolves when it can take more. All errors of the request are thrown
   * before the first.
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
        if (!hasBegun) await this.uow.current().recordPosition(); // before the first write, which sends the headers
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
