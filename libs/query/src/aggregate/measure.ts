import type { Field } from '../path.js';

/**
 * A value that the database determines for each group. Computed columns are derived from one or several of them:
 * `records` is the number of records, `unbucketed` the number of those whose value of a group field is neither null
 * nor in a bucket.
 */
export type Measure =
  | { readonly kind: 'records' }
  | { readonly kind: 'unbucketed'; readonly group: number }
  | { readonly kind: FieldMeasure; readonly field: Field }
  | { readonly kind: 'percentile'; readonly field: Field; readonly fraction: number };

/**
 * Measures of the values of one field. A value is present if the member exists and is not null.
 *
 * - `present`, `numbers`, `strings`: how many values are present, are numbers, are strings
 * - `distinct`: how many different JSON values are present
 * - `sum`: the exact decimal sum of the numbers, null without numbers
 * - `leastNumber`, `greatestNumber`: the least or greatest number, null without numbers
 * - `leastString`, `greatestString`: the first or last string by code point, null without strings
 */
export type FieldMeasure =
  | 'present'
  | 'numbers'
  | 'strings'
  | 'distinct'
  | 'sum'
  | 'leastNumber'
  | 'greatestNumber'
  | 'leastString'
  | 'greatestString';

/**
 * A group as the database returns it: one text for each group field, then one for each measure.
 *
 * - The text of a group field is the JSON of its value, or null if the member is missing or null. System fields are
 *   JSON as well: `"2001-03-05T10:00:00.000Z"`, `3`.
 * - The text of a group field with a bucket is a whole number of seconds: for `hour` the start of the bucket since
 *   1970-01-01T00:00:00Z, for other units the start in local time, as if local time were UTC. It is null if the value
 *   is in no bucket.
 * - Numbers of values are whole numbers. `sum`, `leastNumber` and `greatestNumber` are decimals, without a limit on
 *   their digits. `percentile` is a double as PostgreSQL prints it, `Infinity` and `NaN` included. Strings are
 *   themselves.
 */
export type AggregateRow = readonly (string | null)[];
