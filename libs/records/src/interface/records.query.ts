import type { JsonValue } from '@haven/kernel';
import { FlagParameter, JsonParameter, QueryString, TextParameter, WindowQuery } from '@haven/platform';

import { AS_OF } from '../application/record-queries.contract.js';

const FILTER = 'Which records: the filter language as URL-encoded JSON, such as `{"year":{"_gte":2000}}`.';

/** Parameters of `GET …/records`. */
@QueryString()
export class RecordListQuery extends WindowQuery {
  @JsonParameter(FILTER, { example: '{"Major Genre":"Drama"}' })
  filter?: JsonValue;

  @TextParameter('Order: fields joined by commas, descending with `-`; newest first if left out.', {
    example: '-IMDB Rating,Title',
  })
  sort?: string;

  @TextParameter('Members of `data` to answer: paths joined by commas; all if left out.', { example: 'Title,Director' })
  fields?: string;

  @TextParameter('Adds `total`: counted (`exact`), or as the planner believes (`estimated`, cheap).', {
    enum: ['exact', 'estimated'],
  })
  count?: string;

  @TextParameter(AS_OF)
  asOf?: string;
}

/** Parameters of `GET …/records/{id}`. */
@QueryString()
export class RecordQuery {
  @TextParameter('Members of `data` to answer: paths joined by commas; all if left out.', { example: 'Title,Director' })
  fields?: string;

  @TextParameter(AS_OF)
  asOf?: string;
}

/** Parameters of `GET …/history`. */
@QueryString()
export class HistoryQuery extends WindowQuery {}

/** Parameters of `GET …/export`. */
@QueryString()
export class ExportQuery {
  @JsonParameter(FILTER)
  filter?: JsonValue;

  @TextParameter(
    'What a line is: the whole `record` (an import with `shape=record` puts it back), or its `document` alone.',
    { enum: ['record', 'document'], default: 'record' },
  )
  shape?: 'record' | 'document';

  @TextParameter(AS_OF)
  asOf?: string;
}

/** Parameters of `POST …/import`. */
@QueryString()
export class ImportQuery {
  @FlagParameter(
    'All or nothing: one transaction, and the first bad line is the answer. Otherwise bad lines are left out and reported.',
  )
  atomic?: boolean;

  @TextParameter(
    'What a line is: a `document`, or a `record` `{"id", "data"}` as an export writes it, which replaces the record of that id.',
    { enum: ['record', 'document'], default: 'document' },
  )
  shape?: 'record' | 'document';
}
