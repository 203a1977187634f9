import { Injectable } from '@nestjs/common';

import { CollectionRules } from '@haven/collections';
import { printJson } from '@haven/kernel';
import type { Caller, JsonValue } from '@haven/kernel';
import { UnitOfWork } from '@haven/platform';

import { RecordReader } from '../domain/record-reader.js';
import { RecordQueriesService } from './record-queries.service.js';
import { RecordView } from './records.contract.js';

/** What a line of an export is: the whole record, or its document alone. */
export type LineShape = 'record' | 'document';

/** Streams a collection as NDJSON, of one moment, in constant memory. */
@Injectable()
export class ExportService {
  constructor(
    private readonly rules: CollectionRules,
    private readonly queries: RecordQueriesService,
    private readonly reader: RecordReader,
    private readonly uow: UnitOfWork,
  ) {}

  /** Hands batches of lines to `write`, which answers when it can take more. Every mistake is found before the first. */
  export(
    caller: Caller,
    collection: string,
    filter: JsonValue | undefined,
    shape: LineShape,
    write: (lines: string) => Promise<void>,
  ): Promise<void> {
    const parsed = this.queries.filter(filter);
    return this.uow.run(caller, async () => {
      const { id } = await this.rules.lookUp(caller, collection);
      await write('');
      for await (const batch of this.reader.stream(id, parsed)) {
        const lines = batch.map((record) =>
          shape === 'record' ? new RecordView(collection, record) : record.document,
        );
        await write(lines.map((line) => `${printJson(line)}\n`).join(''));
      }
    });
  }
}
