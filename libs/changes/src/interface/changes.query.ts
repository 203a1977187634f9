import type { JsonValue } from '@haven/kernel';
import { CountParameter, JsonParameter, QueryString, TextParameter } from '@haven/platform';

/** Parameters of `GET /changes`. */
@QueryString()
export class ChangesQuery {
  @TextParameter(
    'Only what follows this cursor; `earliest` begins with the oldest change that is kept. Left out, it is the end: only what happens from now on.',
  )
  after?: string;

  @TextParameter('Only records of this collection, and of deleted ones that had its name.', { example: 'movies' })
  collection?: string;

  @JsonParameter(
    'Only records that match, or did before the change: the filter language as URL-encoded JSON, such as `{"year":{"_gte":2000}}`.',
    { example: '{"Major Genre":"Drama"}' },
  )
  filter?: JsonValue;

  @CountParameter('Changes a page; `limits.pageSize` at most. A stream takes no notice of it.', {
    default: 20,
    maximum: 500,
  })
  limit?: number;
}
