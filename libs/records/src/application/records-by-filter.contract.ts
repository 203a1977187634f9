import { ID, Int } from '@nestjs/graphql';
import { Allow, IsBoolean, IsInt, Min } from 'class-validator';

import { Expose, Input, Json, JsonObjectScalar, Output } from '@haven/api';
import type { JsonObject, JsonValue } from '@haven/kernel';

/** Description of `filter` in both APIs. */
export const CHANGE_FILTER = 'Filter that the records must match, as in a query; `{}` matches all records.';

/** Description of `limit` in both APIs. */
export const CHANGE_LIMIT =
  'Fails with `LIMIT_EXCEEDED` if more records match. Default and maximum: `limits.batchOperations`.';

export const LIMIT_RULE = 'must be an integer, 1 or more';

/** Which records a request changes. */
class FilteredChangeInput {
  @Expose(CHANGE_FILTER, {
    as: Json,
    schema: { type: 'object', additionalProperties: true, example: { 'Major Genre': 'Horror' } },
  })
  @Allow()
  filter?: JsonValue;

  @Expose(CHANGE_LIMIT, { as: Int, optional: true, schema: { minimum: 1, example: 100 } })
  @IsInt({ message: `$property ${LIMIT_RULE}` })
  @Min(1, { message: `$property ${LIMIT_RULE}` })
  limit?: number;

  @Expose('Like the parameter `dryRun`: changes nothing.', { optional: true, schema: { default: false } })
  @IsBoolean({ message: '$property must be true or false' })
  dryRun?: boolean;
}

/** A patch of all records that match a filter. */
@Input('RecordsUpdate', 'A patch of all records that match a filter: either `data` or `operations`.')
export class RecordsUpdateInput extends FilteredChangeInput {
  @Expose('JSON Merge Patch of each document (RFC 7396); null removes a member.', {
    as: JsonObjectScalar,
    optional: true,
    schema: { example: { 'Major Genre': 'Science Fiction' } },
  })
  @Allow()
  data?: JsonObject;

  @Expose('JSON Patch of each record, whose paths start with `/data` (RFC 6902).', {
    as: Json,
    optional: true,
    schema: { type: 'array', items: { type: 'object', additionalProperties: true } },
  })
  @Allow()
  operations?: JsonValue;
}

/** A deletion of all records that match a filter. */
@Input('RecordsDeletion', 'A deletion of all records that match a filter.')
export class RecordsDeletionInput extends FilteredChangeInput {}

/** A record that was changed by filter. */
@Output('ChangedRecord', 'A record that was changed together with others.')
export class ChangedRecordView {
  @Expose('UUID of the record.', { as: ID, schema: { format: 'uuid' } })
  id: string;

  @Expose('Version of the record after the change.', { as: Int, schema: { minimum: 1 } })
  version: number;

  constructor(id: string, version: number) {
    this.id = id;
    this.version = version;
  }
}

/** The result of a change by filter. */
@Output('ChangedRecords', 'The records that a change by filter has changed or deleted.')
export class ChangedRecordsView {
  @Expose('Number of records that matched the filter. All of them were changed.', { as: Int })
  changed: number;

  @Expose('These records, in the order of their ids.', { as: [ChangedRecordView] })
  records: ChangedRecordView[];

  constructor(records: ChangedRecordView[]) {
    this.changed = records.length;
    this.records = records;
  }
}
