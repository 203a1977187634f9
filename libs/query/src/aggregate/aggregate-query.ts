import type { Filter } from '../filter.js';
import type { Field } from '../path.js';
import type { Measure } from './measure.js';

/** The periods into which date-times can be grouped. A week is an ISO week, which starts on Monday. */
export const BUCKETS = ['year', 'quarter', 'month', 'week', 'day', 'hour'] as const;

export type Bucket = (typeof BUCKETS)[number];

/** A field by which records are grouped: by its value, or by the period of time that its value is in. */
export interface GroupField {
  readonly name: string;
  readonly field: Field;
  readonly bucket?: { readonly unit: Bucket; readonly timeZone: string };
}

/** The functions that a computed column can have. `count` without a field counts records. */
export const AGGREGATE_FUNCTIONS = ['count', 'sum', 'avg', 'min', 'max', 'distinct', 'percentile'] as const;

export type AggregateFunction = (typeof AGGREGATE_FUNCTIONS)[number];

/** A column that is computed for each group. */
export type ComputedColumn = { readonly name: string } & Computation;

/** The function and the field of a computed column. */
export type Computation =
  | { readonly function: 'count'; readonly field?: undefined }
  | { readonly function: Exclude<AggregateFunction, 'percentile'>; readonly field: Field }
  | { readonly function: 'percentile'; readonly field: Field; readonly fraction: number };

/** A term of the order of groups: the name of a computed column or of a group field. */
export interface GroupOrder {
  readonly name: string;
  readonly direction: 'ascending' | 'descending';
}

/** A parsed aggregate. The filter of the records is not part of it. */
export interface AggregateQuery {
  readonly groupBy: readonly GroupField[];
  readonly compute: readonly ComputedColumn[];
  /** The condition that a group must satisfy: a filter whose fields are names of computed columns. */
  readonly having: Filter;
  readonly sort: readonly GroupOrder[];
  readonly limit: number;
  /** The measures that the database determines for each group, without duplicates; see `measuresOf`. */
  readonly measures: readonly Measure[];
}
