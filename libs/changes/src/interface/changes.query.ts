import { IsString } from 'class-validator';

import { Expose, Json, PageLimit } from '@haven/api';
import type { JsonValue } from '@haven/kernel';

/** Parameters of `GET /changes`. */
export class ChangesQuery {
  @Expose(
    'Returns the changes after this cursor; `earliest` starts with the oldest change that is kept. ' +
      'By default, only changes from now on are returned.',
    { optional: true },
  )
  @IsString()
  after?: string;

  @Expose('Only changes of this collection, and of deleted collections that had its name.', {
    optional: true,
    schema: { example: 'movies' },
  })
  @IsString()
  collection?: string;

  @Expose(
    'Filter as URL-encoded JSON, such as `{"year":{"_gte":2000}}`: ' +
      'only changes of records that match it, or did before the change.',
    { as: Json, optional: true, schema: { type: String, example: '{"Major Genre":"Drama"}' } },
  )
  filter?: JsonValue;

  @PageLimit('Maximum number of changes, at most `limits.pageSize`. Streams ignore it.')
  limit?: number;
}
