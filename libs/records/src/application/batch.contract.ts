import { Int } from '@nestjs/graphql';
import { Allow } from 'class-validator';

import { Expose, Input, Json, JsonObjectScalar, Output } from '@haven/api';
import type { JsonObject, JsonValue } from '@haven/kernel';

import type { LiveRecord } from '../domain/record-reader.js';
import { RecordView } from './records.contract.js';
import type { WriteResult } from './record-changes.js';

const REFERENCE = {
  type: 'object',
  required: ['$ref'],
  additionalProperties: false,
  properties: { $ref: { type: 'string', description: 'Label of an earlier operation.' } },
};

/** One operation of a batch. What it may hold depends on `op`, so the reader of batches checks it, not this class. */
@Input('BatchOperation', 'One operation of a batch. It takes what the same change of a single record takes.')
export class BatchOperationInput {
  @Expose('What is done: `create`, `replace`, `patch`, `jsonPatch`, `delete` or `restore`.', {
    schema: { enum: ['create', 'replace', 'patch', 'jsonPatch', 'delete', 'restore'] },
  })
  op!: string;

  @Expose('Name of the collection.', { schema: { example: 'movies' } })
  collection!: string;

  @Expose(
    'UUID of the record, or `{"$ref": label}`: that of the record of an earlier operation. `create` may leave it out.',
    { as: Json, optional: true, schema: { oneOf: [{ type: 'string', format: 'uuid' }, REFERENCE] } },
  )
  id?: JsonValue;

  @Expose('The document (`create`, `replace`), or a merge patch of it (`patch`, RFC 7396).', {
    as: JsonObjectScalar,
    optional: true,
  })
  data?: JsonObject;

  @Expose('A JSON Patch (`jsonPatch`, RFC 6902), whose paths start with `/data`.', {
    as: Json,
    optional: true,
    schema: { type: 'array', items: { type: 'object', additionalProperties: true } },
  })
  operations?: JsonValue;

  @Expose('The version to go back to (`restore`).', { as: Int, optional: true, schema: { minimum: 1 } })
  version?: number;

  @Expose('The version the record must be at, or `VERSION_CONFLICT`; not for `create`.', { as: Int, optional: true })
  expectedVersion?: number;

  @Expose('`*`: only if there is no such record, or `VERSION_CONFLICT` (`create`, `replace`).', {
    optional: true,
    schema: { enum: ['*'] },
  })
  ifNoneMatch?: string;

  @Expose('A name for later operations to refer to its record by, and to find its result by.', { optional: true })
  label?: string;
}

/** Several operations that happen together or not at all. */
@Input('BatchRequest', 'Several operations that happen together or not at all.')
export class BatchInput {
  @Expose('Up to `limits.batchOperations`; each sees what those before it have done.', { as: [BatchOperationInput] })
  @Allow()
  operations!: BatchOperationInput[];
}

/** What one operation of a batch has done. */
@Output('BatchResult', 'What one operation of a batch has done.')
export class BatchResultView {
  @Expose('Label of the operation.', { as: String, nullable: true })
  label: string | null;

  @Expose('The HTTP status the same change alone would have had: 200, 201 or 204.', { as: Int })
  status: number;

  @Expose('The version it made.', { as: Int })
  version: number;

  @Expose('The record after it; null after a deletion.', { as: RecordView, nullable: true })
  record: RecordView | null;

  constructor(label: string | null, collection: string, { event, stored }: WriteResult) {
    this.label = label;
    this.status = STATUSES[event.type] ?? 200;
    this.version = event.version;
    this.record = stored.lives ? new RecordView(collection, stored as LiveRecord) : null;
  }
}

const STATUSES: { readonly [type: string]: number } = { 'record.created': 201, 'record.deleted': 204 };

/** What a batch has done. */
@Output('Batch', 'What a batch has done.')
export class BatchView {
  @Expose('A result for each operation, in their order.', { as: [BatchResultView] })
  results: BatchResultView[];

  constructor(results: BatchResultView[]) {
    this.results = results;
  }
}
