import type { ErrorCode } from '@haven/kernel';

import { first } from './parity-row.js';
import type { Row } from './parity-row.js';

const VARIABLES =
  '$filter: JSON, $groupBy: [JSON!], $compute: JSONObject, $having: JSON, $sort: [String!], $limit: Int, $asOf: String';
const ARGUMENTS =
  'filter: $filter, groupBy: $groupBy, compute: $compute, having: $having, sort: $sort, limit: $limit, asOf: $asOf';
const COUNTED = { compute: { n: 'count' } };
const LATER = '9999-12-31T23:59:59Z';

/** Aggregates over the films of the parity test. */
export const aggregateRows: Record<string, Row> = {
  aggregate: aggregation({
    filter: { year: { _gte: 1979 } },
    groupBy: ['year', { path: 'released', bucket: 'month', timeZone: 'Europe/Oslo', name: 'month' }],
    compute: {
      n: 'count',
      titles: { distinct: 'Title' },
      sum: { sum: 'year' },
      mean: { avg: 'year' },
      low: { min: 'Title' },
      high: { max: 'year' },
      p50: { percentile: ['year', 0.5] },
    },
    having: { n: { _gte: 1 } },
    sort: ['-mean', 'month'],
    limit: 2,
  }),
  'aggregate, all records': aggregation(COUNTED),
  'aggregate, no records': aggregation({ filter: { year: 1800 }, compute: { n: 'count', low: { min: 'year' } } }),
  'aggregate, asOf': aggregation({ ...COUNTED, groupBy: ['year'], asOf: LATER }),
  // In GraphQL, null stands for an absent argument.
  'aggregate, null': aggregation(COUNTED, undefined, undefined, {
    variables: { filter: null, groupBy: null, having: null, sort: null, limit: null },
  }),
  'aggregate, nothing': aggregation({}, 'AGGREGATE_INVALID', ''),
  'aggregate, bad path': aggregation({ groupBy: ['a..b'] }, 'AGGREGATE_INVALID', '/groupBy/0'),
  'aggregate, bad bucket': aggregation(
    { groupBy: [{ path: 'released', bucket: 'minute' }] },
    'AGGREGATE_INVALID',
    '/groupBy/0/bucket',
  ),
  'aggregate, unknown time zone': aggregation(
    { groupBy: ['year', { path: 'released', bucket: 'day', timeZone: 'Mars/Olympus' }] },
    'AGGREGATE_INVALID',
    '/groupBy/1/timeZone',
  ),
  'aggregate, bad name': aggregation({ compute: { 'a b': 'count' } }, 'AGGREGATE_INVALID', '/compute/a b'),
  'aggregate, bad function': aggregation(
    { compute: { n: { median: 'year' } } },
    'AGGREGATE_INVALID',
    '/compute/n/median',
  ),
  'aggregate, bad having': aggregation({ ...COUNTED, having: { year: 1 } }, 'AGGREGATE_INVALID', '/having/year'),
  'aggregate, bad operator in having': aggregation(
    { ...COUNTED, having: { n: { _near: 1 } } },
    'AGGREGATE_INVALID',
    '/having/n/_near',
  ),
  'aggregate, bad sort': aggregation({ ...COUNTED, sort: ['-year'] }, 'AGGREGATE_INVALID', '/sort/0'),
  'aggregate, bad filter': aggregation({ ...COUNTED, filter: { year: { _near: 1 } } }, 'FILTER_INVALID', '/year/_near'),
  'aggregate, limit of zero': aggregation({ ...COUNTED, limit: 0 }, 'VALIDATION_FAILED', '/limit'),
  'aggregate, too many fields': aggregation(
    { groupBy: Array.from({ length: 9 }, (_, index) => `f${index}`) },
    'LIMIT_EXCEEDED',
    '/groupBy',
  ),
  'aggregate, bad asOf': aggregation({ ...COUNTED, asOf: 'soon' }, 'CURSOR_INVALID', '/asOf'),
  'aggregate, no collection': aggregation(COUNTED, 'NOT_FOUND', undefined, { collection: 'nope' }),
};

function aggregation(
  query: object,
  code?: ErrorCode,
  pointer?: string,
  { collection = 'films', variables = {} } = {},
): Row {
  return {
    rest: ['POST', `/collections/${collection}/aggregate`, query],
    graphql: [
      `query(${VARIABLES}) { aggregate(collection: "${collection}", ${ARGUMENTS}) { groups { key values ignored } truncated } }`,
      { ...query, ...variables },
    ],
    ...(code ? { code } : { same: first }),
    ...(pointer !== undefined && { pointer }),
  };
}
