import { Injectable } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import { HavenError, withPointers, rewriteErrors } from '@haven/kernel';
import type { Caller, JsonValue } from '@haven/kernel';

import { BatchReader } from './batch-reader.js';
import { BatchResultView, BatchView } from './batch.contract.js';
import { RecordWriter } from './record-writer.js';

/** Several changes of records, over any collections, that happen together or not at all. */
@Injectable()
export class BatchService {
  constructor(
    private readonly writer: RecordWriter,
    private readonly config: HavenConfig,
  ) {}

  /** Each operation costs its own. Does the operations one after the other; the first that is refused undoes all, and is named by the error's `index`. */
  async run(caller: Caller, operations: JsonValue): Promise<BatchView> {
    const changes = new BatchReader(this.config).read(operations, ofOperation);
    for (const [index, { collection }] of changes.entries()) demandWrite(caller, collection, index);
    await caller.consume?.(changes.length);
    const written = await this.writer.changeAll(caller, changes, ofOperation);
    return new BatchView(
      written.flatMap((one, index) => {
        const change = changes[index];
        return change ? [new BatchResultView(change.label, change.collection, one)] : [];
      }),
    );
  }
}

function demandWrite({ access }: Caller, collection: string, index: number): void {
  rewriteErrors(
    () => access.requireScope('records:write', collection),
    (error) => ofOperation(index, error),
  );
}

/** An operation's own error as that of the batch. The `ETag` it may have had is none of the batch; `current` says the same. */
function ofOperation(index: number, error: HavenError): HavenError {
  const moved = withPointers(
    error,
    (pointer) => `/operations/${index}${pointer}`,
    `Operation ${index}: ${error.detail}`,
  );
  const { headers: _, ...extras } = moved.extras;
  return new HavenError(moved.code, moved.detail, { ...extras, index });
}
