import { IsString } from 'class-validator';

import { Expose, Json, PageLimit } from '@haven/api';
import type { JsonValue } from '@haven/kernel';

/** Parameters of `GET /changes`. */
export class ChangesQuery {
  @Expose(
    'Only what follows this cursor; `earliest` begins with the oldest change that is kept. Left out, it is the end: only what happens from now on.',
    { optional: true },
  )
  @IsString()
  after?: string;

  @Expose('Only records of this collection, and of deleted ones that had its name.', {
    optional: true,
    schema: { example: 'movies' },
  })
  @IsString()
  collection?: string;

  @Expose(
    'Only records that match, or did before the change: the filter language as URL-encoded JSON, such as `{"year":{"_gte":2000}}`.',
    { as: Json, optional: true, schema: { type: String, example: '{"Major Genre":"Drama"}' } },
  )
  filter?: JsonValue;

  @PageLimit('Changes a page; `limits.pageSize` at most. A stream takes no notice of it.')
  limit?: number;
}
