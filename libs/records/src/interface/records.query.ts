import { IsBoolean, IsIn, IsNotEmpty, IsString } from 'class-validator';

import { Expose, Json, PageQuery } from '@haven/api';
import type { JsonValue } from '@haven/kernel';

import { AS_OF } from '../application/record-queries.contract.js';

const FILTER = 'Which records: the filter language as URL-encoded JSON, such as `{"year":{"_gte":2000}}`.';
const FIELDS = 'Members of `data` to answer: paths joined by commas; all if left out.';

/** Parameters of `GET …/records`. */
export class ListRecordsQuery extends PageQuery {
  @Expose(FILTER, { as: Json, optional: true, schema: { type: String, example: '{"Major Genre":"Drama"}' } })
  filter?: JsonValue;

  @Expose('Order: fields joined by commas, descending with `-`; newest first if left out.', {
    optional: true,
    schema: { example: '-IMDB Rating,Title' },
  })
  @IsNotEmpty()
  sort?: string;

  @Expose(FIELDS, { optional: true, schema: { example: 'Title,Director' } })
  @IsString()
  fields?: string;

  @Expose('Adds `total`: counted (`exact`), or as the planner believes (`estimated`, cheap).', {
    optional: true,
    schema: { enum: ['exact', 'estimated'] },
  })
  @IsIn(['exact', 'estimated'])
  count?: string;

  @Expose(AS_OF, { optional: true })
  @IsString()
  asOf?: string;
}

/** Parameters of `GET …/records/{id}`. */
export class ReadRecordQuery {
  @Expose(FIELDS, { optional: true, schema: { example: 'Title,Director' } })
  @IsString()
  fields?: string;

  @Expose(AS_OF, { optional: true })
  @IsString()
  asOf?: string;
}

/** Parameters of `GET …/export`. */
export class ExportQuery {
  @Expose(FILTER, { as: Json, optional: true, schema: { type: String } })
  filter?: JsonValue;

  @Expose('What a line is: the whole `record` (an import with `shape=record` puts it back), or its `document` alone.', {
    as: String,
    optional: true,
    schema: { enum: ['record', 'document'], default: 'record' },
  })
  @IsIn(['record', 'document'])
  shape?: 'record' | 'document';

  @Expose(AS_OF, { optional: true })
  @IsString()
  asOf?: string;
}

/** Parameters of `POST …/import`. */
export class ImportQuery {
  @Expose(
    'All or nothing: one transaction, and the first bad line is the answer. Otherwise bad lines are left out and reported.',
    { optional: true, schema: { default: false } },
  )
  @IsBoolean({ message: '$property must be true or false' })
  atomic?: boolean;

  @Expose(
    'What a line is: a `document`, or a `record` `{"id", "data"}` as an export writes it, which replaces the record of that id.',
    { as: String, optional: true, schema: { enum: ['record', 'document'], default: 'document' } },
  )
  @IsIn(['record', 'document'])
  shape?: 'record' | 'document';
}
