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

/**
 * One operation of a batch. Its members depend on `op`, so `BatchReader` validates them instead of this class. Null
 * stands for an absent member, because GraphQL clients send it.
 */
@Input('BatchOperation', 'One operation of a batch. It has the same inputs as the same change of a single record.')
export class BatchOperationInput {
  @Expose('Kind of the operation: `create`, `replace`, `patch`, `jsonPatch`, `delete` or `restore`.', {
    schema: { enum: ['create', 'replace', 'patch', 'jsonPatch', 'delete', 'restore'] },
  })
  op!: string;

  @Expose('Name of the collection.', { schema: { example: 'movies' } })
  collection!: string;

  @Expose('UUID of the record, or `{"$ref": label}` for the record of an earlier operation. Optional for `create`.', {
    as: Json,
    optional: true,
    nullable: true,
    schema: { oneOf: [{ type: 'string', format: 'uuid' }, REFERENCE, { type: 'null' }] },
  })
  id?: JsonValue;

  @Expose('The document (`create`, `replace`), or a JSON Merge Patch of it (`patch`, RFC 7396).', {
    as: JsonObjectScalar,
    optional: true,
    nullable: true,
  })
  data?: JsonObject | null;

  @Expose('A JSON Patch whose paths start with `/data` (`jsonPatch`, RFC 6902).', {
    as: Json,
    optional: true,
    nullable: true,
    schema: {
      oneOf: [{ type: 'array', items: { type: 'object', additionalProperties: true } }, { type: 'null' }],
    },
  })
  operations?: JsonValue;

  @Expose('The version to restore (`restore`).', {
    as: Int,
    optional: true,
    nullable: true,
    schema: { minimum: 1 },
  })
  version?: number | null;

  @Expose('Fails with `VERSION_CONFLICT` unless the record has this version. Not for `create`.', {
    as: Int,
    optional: true,
    nullable: true,
    schema: { example: 1 },
  })
  expectedVersion?: number | null;

  @Expose('`*` fails with `VERSION_CONFLICT` if the record already exists (`create`, `replace`).', {
    as: String,
    optional: true,
    nullable: true,
    schema: { enum: ['*', null] },
  })
  ifNoneMatch?: string | null;

  @Expose('A label by which later operations can refer to the record; the result has it too.', {
    as: String,
    optional: true,
    nullable: true,
  })
  label?: string | null;
}

/** Several operations that are applied atomically. */
@Input('BatchRequest', 'Several operations that are applied atomically.')
export class BatchInput {
  @Expose('At most `limits.batchOperations` operations. Each sees the effects of those before it.', {
    as: [BatchOperationInput],
  })
  @Allow()
  operations!: BatchOperationInput[];
}

/** The result of one operation of a batch. */
@Output('BatchResult', 'Result of one operation of a batch.')
export class BatchResultView {
  @Expose('Label of the operation.', { as: String, nullable: true })
  label: string | null;

  @Expose('The HTTP status that the same change would have as a single request: 200, 201 or 204.', { as: Int })
  status: number;

  @Expose('Version of the record after the operation.', { as: Int, schema: { minimum: 1 } })
  version: number;

  @Expose('The record after the operation; null after a deletion.', { as: RecordView, nullable: true })
  record: RecordView | null;

  constructor(label: string | null, collection: string, { event, stored }: WriteResult) {
    this.label = label;
    this.status = STATUSES[event.type] ?? 200;
    this.version = event.version;
    this.record = stored.lives ? new RecordView(collection, stored as LiveRecord) : null;
  }
}

const STATUSES: { readonly [type: string]: number } = { 'record.created': 201, 'record.deleted': 204 };

/** The results of a batch. */
@Output('Batch', 'Results of a batch.')
export class BatchView {
  @Expose('One result per operation, in the order of the operations.', { as: [BatchResultView] })
  results: BatchResultView[];

  constructor(results: BatchResultView[]) {
    this.results = results;
  }
}
