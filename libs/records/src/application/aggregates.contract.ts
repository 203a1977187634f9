import { Int } from '@nestjs/graphql';
import { Allow, IsInt, IsString, Min } from 'class-validator';

import { Expose, Input, IsTextOrTexts, Json, JsonObjectScalar, Output, TEXT_OR_TEXTS } from '@haven/api';
import type { JsonObject, JsonValue } from '@haven/kernel';
import { AGGREGATE_FUNCTIONS, BUCKETS } from '@haven/query';
import type { AggregateFunction } from '@haven/query';

import { AS_OF } from './record-queries.contract.js';

/** Descriptions of the parts of an aggregate in both APIs. */
export const GROUP_BY =
  'Fields by which the records are grouped, such as `"genre"`, or `{"path": "released", "bucket": "month", ' +
  '"timeZone": "Europe/Oslo"}`. Without it, all records are one group.';
export const COMPUTE =
  'Columns to compute for each group: `{"n": "count", "total": {"sum": "price"}, "p95": {"percentile": ["price", 0.95]}}`. ' +
  `The functions are ${AGGREGATE_FUNCTIONS.map((name) => `\`${name}\``).join(', ')}.`;
export const HAVING = 'Filter that the groups must match; its fields are names of computed columns.';
export const GROUP_SORT =
  'Names of computed columns and groups to sort by, as a list or joined by commas; `-` for descending order. Groups ' +
  'that are equal, and groups without a sort, are in the order of their keys.';
export const GROUP_LIMIT = 'Number of groups to return, at most `limits.aggregateGroups`. Default 100.';

/** An aggregate, as an example in OpenAPI. */
export const AGGREGATE_EXAMPLE = {
  filter: { 'IMDB Rating': { _gte: 7 } },
  groupBy: ['Major Genre', { path: 'Release Date', bucket: 'year', name: 'year' }],
  compute: { n: 'count', gross: { sum: 'Worldwide Gross' }, rating: { avg: 'IMDB Rating' } },
  having: { n: { _gte: 2 } },
  sort: '-gross',
  limit: 10,
};

const GROUP_BY_SCHEMA = {
  type: 'array',
  isArray: false,
  items: {
    oneOf: [
      { type: 'string', description: 'A path, `$createdAt`, `$updatedAt` or `$version`.' },
      {
        type: 'object',
        required: ['path'],
        additionalProperties: false,
        properties: {
          path: { type: 'string' },
          bucket: { type: 'string', enum: BUCKETS, description: 'The period of time into which values are grouped.' },
          timeZone: { type: 'string', default: 'UTC', description: 'Time zone of the bucket: an IANA name.' },
          name: { type: 'string', description: 'Name in `key`; the path by default.' },
        },
      },
    ],
  },
  example: AGGREGATE_EXAMPLE.groupBy,
};

const COMPUTE_SCHEMA = {
  type: 'object',
  propertyNames: { pattern: '^[A-Za-z][A-Za-z0-9_]{0,63}$' },
  additionalProperties: {
    oneOf: [
      { type: 'string', enum: ['count'] },
      ...AGGREGATE_FUNCTIONS.map((name) => ({
        type: 'object',
        required: [name],
        additionalProperties: false,
        properties: { [name]: operandSchema(name) },
      })),
    ],
  },
  example: AGGREGATE_EXAMPLE.compute,
};

function operandSchema(name: AggregateFunction) {
  return name === 'percentile'
    ? {
        type: 'array',
        prefixItems: [{ type: 'string' }, { type: 'number', minimum: 0, maximum: 1 }],
        items: {}, // never applies; some tools require it for every array
        minItems: 2,
        maxItems: 2,
      }
    : { type: 'string' };
}

/** An aggregate in a request body. */
@Input('AggregateQuery', 'An aggregate over the records that match a filter. It needs `groupBy` or `compute`.')
export class AggregateQueryInput {
  @Expose('Filter that the records must match, as in a query. Default: all records.', {
    as: Json,
    optional: true,
    schema: { type: 'object', additionalProperties: true, example: AGGREGATE_EXAMPLE.filter },
  })
  @Allow()
  filter?: JsonValue;

  @Expose(GROUP_BY, { as: [Json], optional: true, schema: GROUP_BY_SCHEMA })
  @Allow()
  groupBy?: JsonValue;

  @Expose(COMPUTE, { as: JsonObjectScalar, optional: true, schema: COMPUTE_SCHEMA })
  @Allow()
  compute?: JsonValue;

  @Expose(HAVING, {
    as: Json,
    optional: true,
    schema: { type: 'object', additionalProperties: true, example: AGGREGATE_EXAMPLE.having },
  })
  @Allow()
  having?: JsonValue;

  @Expose(GROUP_SORT, {
    as: [String],
    optional: true,
    schema: { ...TEXT_OR_TEXTS, example: AGGREGATE_EXAMPLE.sort },
  })
  @IsTextOrTexts()
  sort?: string | string[];

  @Expose(GROUP_LIMIT, { as: Int, optional: true, schema: { minimum: 1, example: AGGREGATE_EXAMPLE.limit } })
  @IsInt()
  @Min(1)
  limit?: number;

  @Expose(AS_OF, { optional: true })
  @IsString()
  asOf?: string;
}

/** One group of records. */
@Output('AggregateGroup', 'Records with equal values of the grouped fields.')
export class AggregateGroupView {
  @Expose(
    'Values of the grouped fields by name. A missing value is null. The value of a bucket is the date-time of its ' +
      'start, or null for values that are no date-times.',
    { as: JsonObjectScalar, schema: { example: { 'Major Genre': 'Drama', year: '1999-01-01T00:00:00Z' } } },
  )
  key: JsonObject;

  @Expose('Computed columns by name.', {
    as: JsonObjectScalar,
    schema: { example: { n: 3, gross: 514_000_000, rating: 7.9 } },
  })
  values: JsonObject;

  @Expose(
    'Numbers of values that a computed column or a bucket did not use because of their type, by name. Null and ' +
      'missing values do not count.',
    { as: JsonObjectScalar, schema: { additionalProperties: { type: 'integer' }, example: {} } },
  )
  ignored: JsonObject;

  constructor(key: JsonObject, values: JsonObject, ignored: JsonObject) {
    this.key = key;
    this.values = values;
    this.ignored = ignored;
  }
}

/** The result of an aggregate. */
@Output('Aggregation', 'The groups of an aggregate.')
export class AggregationView {
  @Expose('The groups that match `having`, in the order of `sort`, up to `limit`.', { as: [AggregateGroupView] })
  groups: AggregateGroupView[];

  @Expose('Whether more groups match `having` than `limit`.')
  truncated: boolean;

  constructor(groups: AggregateGroupView[], truncated: boolean) {
    this.groups = groups;
    this.truncated = truncated;
  }
}
