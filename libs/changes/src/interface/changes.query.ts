import { IsIn, IsString } from 'class-validator';

import { Expose, Json, PageLimit } from '@haven/api';
import { invalid } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';

/** Description of `order` in both APIs. */
export const ORDER =
  '`asc` returns changes as they happened, after the cursor. `desc` returns the newest changes first, from the end of ' +
  'the feed or, with `after`, those before the change with this cursor. Streams are always in ascending order.';

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

  @Expose(ORDER, { optional: true, schema: { enum: ['asc', 'desc'], default: 'asc' } })
  @IsIn(['asc', 'desc'])
  order?: string;

  @PageLimit('Maximum number of changes, at most `limits.pageSize`. Streams ignore it.')
  limit?: number;
}

/** Refuses the descending order for a stream, which continues with new changes. */
export function requireAscending(query: ChangesQuery): ChangesQuery {
  if (query.order !== 'desc') return query;
  throw invalid('VALIDATION_FAILED', '/order', 'must be `asc` or be left out for a stream, which follows new changes');
}
