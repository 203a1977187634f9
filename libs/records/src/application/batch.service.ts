import { Injectable } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import { HavenError, withPointers, rewriteErrors } from '@haven/kernel';
import type { Caller, JsonValue } from '@haven/kernel';

import { BatchReader } from './batch-reader.js';
import { BatchResultView, BatchView } from './batch.contract.js';
import { RecordWriter } from './record-writer.js';

/** Applies several changes atomically. The records can be in different collections. */
@Injectable()
export class BatchService {
  constructor(
    private readonly writer: RecordWriter,
    private readonly config: HavenConfig,
  ) {}

  /**
   * Applies the operations in order. If one fails, the whole batch is rolled back, and the error contains the `index`
   * of that operation. Each operation counts separately towards the rate limit.
   */
  async run(caller: Caller, operations: JsonValue): Promise<BatchView> {
    const changes = new BatchReader(this.config).read(operations, toBatchError, this.writer.failures());
    for (const [index, { collection }] of changes.entries()) requireWriteScope(caller, collection, index);
    await caller.consume?.(changes.length);
    const results = await this.writer.changeAll(caller, changes, toBatchError);
    return new BatchView(
      results.flatMap((result, index) => {
        const change = changes[index];
        return change ? [new BatchResultView(change.label, change.collection, result)] : [];
      }),
    );
  }
}

function requireWriteScope({ access }: Caller, collection: string, index: number): void {
  rewriteErrors(
    () => access.requireScope('records:write', collection),
    (error) => toBatchError(index, error),
  );
}

/**
 * Turns the error of one operation into the error of the whole batch. Omits the headers of the error: an `ETag` header
 * would seem to describe the batch, and the member `current` of the error states the same version anyway.
 */
function toBatchError(index: number, error: HavenError): HavenError {
  const moved = withPointers(
    error,
    (pointer) => `/operations/${index}${pointer}`,
    `Operation ${index}: ${error.detail}`,
  );
  const { headers: _, ...extras } = moved.extras;
  return new HavenError(moved.code, moved.detail, { ...extras, index });
}
