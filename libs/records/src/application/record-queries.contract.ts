import { Int } from '@nestjs/graphql';
import { Allow, IsIn, IsInt, IsString, Min } from 'class-validator';

import { Expose, Input, Json } from '@haven/api';
import type { JsonValue } from '@haven/kernel';

/** What `asOf` takes, wherever it is. */
export const AS_OF =
  'Records as they were at this moment: an RFC 3339 time, or a cursor of the change feed for exactly what it had told by then.';

/** A query of records in a body: the parameters of the list under the same names. */
@Input('RecordQuery', 'A query of records: what the list takes as parameters.')
export class RecordQueryInput {
  @Expose('Which records: the filter language, such as `{"year":{"_gte":2000}}`.', {
    as: Json,
    optional: true,
    schema: {
      type: 'object',
      additionalProperties: true,
      example: { 'Major Genre': 'Drama', 'IMDB Rating': { _gte: 8 } },
    },
  })
  @Allow()
  filter?: JsonValue;

  @Expose('Order: fields, descending with `-`, joined by commas or in a list; newest first if left out.', {
    as: [String],
    optional: true,
    schema: { type: 'array', items: { type: 'string' }, example: ['-IMDB Rating', 'Title'] },
  })
  @Allow()
  sort?: string | string[];

  @Expose('Items a page; `limits.pageSize` at most, 20 if left out.', {
    as: Int,
    optional: true,
    schema: { minimum: 1, maximum: 500 },
  })
  @IsInt()
  @Min(1)
  limit?: number;

  @Expose('The page after this cursor.', { optional: true })
  @IsString()
  after?: string;

  @Expose('The page before this cursor.', { optional: true })
  @IsString()
  before?: string;

  @Expose('Members of `data` to answer: paths joined by commas or in a list; all if left out.', {
    as: [String],
    optional: true,
    schema: { type: 'array', items: { type: 'string' } },
  })
  @Allow()
  fields?: string | string[];

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
