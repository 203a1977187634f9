import { parse } from 'graphql';
import { beforeEach, describe, expect, it } from 'vitest';

import type { GraphqlContext } from '@haven/api';
import { HavenError, invalid, printJson } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';
import type { RelatedRecordsService } from '@haven/records';

import { allOf, EXAMPLES, generic } from '../schema/example-schemas.js';
import { buildTypedSchema } from '../schema/typed-schema.js';
import { executeTyped } from './execute-typed.js';
import { GenericRootResolvers } from './generic-root-resolvers.js';

const related = {} as RelatedRecordsService; // no relation is selected
const { schema, execution } = buildTypedSchema(generic, allOf(EXAMPLES), new GenericRootResolvers(generic, related));

/** The arguments with which the generic field was called, and what it does next. */
let called: JsonObject | undefined;
let answer: () => unknown;
const field = generic.getQueryType()?.getFields()['aggregate'];
if (field)
  field.resolve = (_source, args: JsonObject) => {
    called = JSON.parse(JSON.stringify(args)) as JsonObject;
    return answer();
  };

beforeEach(() => {
  called = undefined;
  answer = () => ({ groups: [], truncated: false });
});

async function run(query: string, variables: JsonObject = {}) {
  const result = await executeTyped({
    schema,
    execution,
    document: parse(query),
    contextValue: { request: { caller: {} } } as unknown as GraphqlContext,
    variableValues: variables,
  });
  const data = JSON.parse(printJson(result.data ?? null)) as any;
  const errors = (result.errors ?? []).map(({ originalError, path, message: text }) => {
    if (!(originalError instanceof HavenError)) throw new Error(text);
    const { code, extras, message } = originalError;
    return { code, path, pointer: extras.errors?.[0]?.pointer, message };
  });
  return { data, errors };
}

/** Returns the arguments of the generic field. */
async function argsOf(query: string, variables: JsonObject = {}): Promise<JsonObject | undefined> {
  const { errors } = await run(query, variables);
  expect(errors).toEqual([]);
  return called;
}

describe('a typed aggregate', () => {
  it('computes what is selected, once', async () => {
    const query = `query ($p: Float!) {
      moviesAggregate(groupBy: [{ field: Major_Genre }, { field: premiere, bucket: MONTH, timeZone: "Europe/Oslo" }]) {
        groups {
          key { Major_Genre when: premiere }
          count rated: count(of: rating)
          sum { views } total: sum { views rating }
          percentile(p: $p) { rating } median: percentile(p: 0.5) { rating }
          min { title } distinct { finale_name } ignored
        }
        truncated
      }
    }`;
    expect(await argsOf(query, { p: 0.95 })).toEqual({
      collection: 'movies',
      groupBy: [
        { path: 'Major Genre', name: 'key_Major_Genre' },
        { path: 'premiere', name: 'key_premiere', bucket: 'month', timeZone: 'Europe/Oslo' },
      ],
      compute: {
        count: 'count',
        count_rating: { count: 'rating' },
        sum_views: { sum: 'views' },
        sum_rating: { sum: 'rating' },
        percentile_rating: { percentile: ['rating', 0.95] },
        percentile_rating2: { percentile: ['rating', 0.5] },
        min_title: { min: 'title' },
        distinct_finale_name: { distinct: 'finale.name' },
      },
    });
  });

  it('computes what groups are filtered and sorted by', async () => {
    const query = `{
      moviesAggregate(
        where: { year: { _gte: 1970 }, tags: { _contains: "a" } }
        groupBy: [{ field: _createdAt, bucket: WEEK }]
        having: {
          count: { _gt: 1 }
          _or: [{ sum: { views: { _gt: 2 } } }, { _not: { max: { premiere: { _lt: "2020-01-01T00:00:00Z" } } } }]
          percentile: { rating: { _isNull: false } }
        }
        orderBy: [{ key: { _createdAt: DESC } }, { count: ASC }, { distinct: { title: DESC } }, { percentile: { rating: ASC } }]
        limit: 5
        asOf: "2030-01-01T00:00:00Z"
      ) { groups { percentile(p: 0.5) { rating } } }
    }`;
    expect(await argsOf(query)).toEqual({
      collection: 'movies',
      filter: { year: { _gte: 1970 }, tags: { _contains: 'a' } },
      groupBy: [{ path: '$createdAt', name: 'key__createdAt', bucket: 'week' }],
      having: {
        count: { _gt: 1 },
        _or: [{ sum_views: { _gt: 2 } }, { _not: { max_premiere: { _lt: { $dateTime: '2020-01-01T00:00:00Z' } } } }],
        percentile_rating: { _isNull: false },
      },
      sort: ['-key__createdAt', 'count', '-distinct_title', 'percentile_rating'],
      compute: {
        percentile_rating: { percentile: ['rating', 0.5] },
        count: 'count',
        sum_views: { sum: 'views' },
        max_premiere: { max: 'premiere' },
        distinct_title: { distinct: 'title' },
      },
      limit: 5,
      asOf: '2030-01-01T00:00:00Z',
    });
  });

  it('counts if nothing else is asked for, because the generic field needs something to compute', async () => {
    expect(await argsOf('{ moviesAggregate { truncated } }')).toEqual({
      collection: 'movies',
      compute: { count: 'count' },
    });
    const nulls =
      '{ moviesAggregate(where: null, groupBy: null, having: null, orderBy: null, limit: null) { truncated } }';
    expect(await argsOf(nulls)).toMatchObject({ compute: { count: 'count' } });
  });

  it('leaves out what is skipped', async () => {
    const query = `query ($no: Boolean!) {
      moviesAggregate { groups { count ... @include(if: $no) { sum { views } } avg @skip(if: true) { views } ...F } }
    }
    fragment F on MovieAggregateGroup { avg { rating @include(if: $no) year } }`;
    expect(await argsOf(query, { no: false })).toMatchObject({
      compute: { count: 'count', avg_year: { avg: 'year' } },
    });
  });

  it('writes groups in the shape of the selection, and null with an error for a value of another type', async () => {
    answer = () => ({
      groups: [
        {
          key: { key_title: 'Alien', key_premiere: '1979-05-01T00:00:00+02:00' },
          values: { count: 2, sum_views: 1e21, max_premiere: 'x', min_year: 1979, avg_rating: null },
          ignored: { sum_views: 1, key_premiere: 3 },
        },
        { key: { key_title: 7, key_premiere: null }, values: { count: 1, sum_views: 0, min_year: 0.5 }, ignored: {} },
      ],
      truncated: true,
    });
    const query = `{
      all: moviesAggregate(groupBy: [{ field: title }, { field: premiere, bucket: MONTH }]) {
        truncated __typename
        groups {
          key { name: title premiere __typename }
          count total: sum { views } avg { rating } min { year } max { premiere } ignored
        }
      }
    }`;
    const { data, errors } = await run(query);
    expect(data.all).toEqual({
      truncated: true,
      __typename: 'MovieAggregation',
      groups: [
        {
          key: { name: 'Alien', premiere: '1979-05-01T00:00:00+02:00', __typename: 'MovieAggregateValues' },
          count: 2,
          total: { views: 1e21 },
          avg: { rating: null },
          min: { year: 1979 },
          max: { premiere: null },
          ignored: { 'sum.views': 1, 'key.premiere': 3 },
        },
        {
          key: { name: null, premiere: null, __typename: 'MovieAggregateValues' },
          count: 1,
          total: { views: 0 },
          avg: { rating: null },
          min: { year: null },
          max: { premiere: null },
          ignored: {},
        },
      ],
    });
    expect(errors).toMatchObject([
      { code: 'STORED_VALUE_MISMATCH', path: ['all', 'groups', 0, 'max', 'premiere'] },
      { code: 'STORED_VALUE_MISMATCH', path: ['all', 'groups', 1, 'key', 'name'] },
      { code: 'STORED_VALUE_MISMATCH', path: ['all', 'groups', 1, 'min', 'year'] },
    ]);
  });

  it.each([
    ['{ moviesAggregate { groups { key { title } } } }', '/groupBy'],
    ['{ moviesAggregate(groupBy: [{ field: title }, { field: title }]) { truncated } }', '/groupBy/1/field'],
    ['{ moviesAggregate(orderBy: [{ key: { title: ASC } }]) { truncated } }', '/orderBy/0/key/title'],
    ['{ moviesAggregate(having: { sum: { views: null } }) { truncated } }', '/having/sum/views'],
    ['{ moviesAggregate(having: { _or: [{ count: {} }] }) { truncated } }', '/having/_or/0/count'],
    ['{ moviesAggregate(having: { percentile: { views: { _gt: 1 } } }) { truncated } }', '/having/percentile/views'],
    [
      `{ moviesAggregate(orderBy: [{ count: ASC }, { percentile: { views: ASC } }]) {
        groups { a: percentile(p: 0.1) { views } b: percentile(p: 0.2) { views } }
      } }`,
      '/orderBy/1/percentile/views',
    ],
  ])('refuses %s', async (query, pointer) => {
    const { data, errors } = await run(query);
    expect(data).toEqual({ moviesAggregate: null });
    expect(errors).toMatchObject([{ code: 'AGGREGATE_INVALID', path: ['moviesAggregate'], pointer }]);
    expect(called).toBeUndefined();
  });

  const FAILING = `{ moviesAggregate(
    where: { Major_Genre: { _eq: "x" } }
    groupBy: [{ field: title }]
    having: { _and: [{ max: { premiere: { _gt: "2020-01-01T00:00:00Z" } } }] }
    orderBy: [{ count: ASC }]
    limit: 0
  ) { groups { total: sum { gross: views } } } }`;

  it.each([
    ['AGGREGATE_INVALID', '/groupBy/0/timeZone', '/groupBy/0/timeZone'],
    ['AGGREGATE_INVALID', '/groupBy/0/path', '/groupBy/0/field'],
    ['AGGREGATE_INVALID', '/groupBy/0', '/groupBy/0'],
    ['AGGREGATE_INVALID', '/groupBy', '/groupBy'],
    ['RESULT_OUT_OF_RANGE', '/compute/sum_views', '/groups/total/gross'],
    ['AGGREGATE_INVALID', '/compute/max_premiere/max', '/having/_and/0/max/premiere'],
    ['LIMIT_EXCEEDED', '/compute', '/groups'],
    ['AGGREGATE_INVALID', '/having/_and/0/max_premiere/_gt/$dateTime', '/having/_and/0/max/premiere/_gt'],
    ['AGGREGATE_INVALID', '/sort/0', '/orderBy/0'],
    ['FILTER_INVALID', '/Major Genre/_eq', '/where/Major_Genre/_eq'],
    ['VALIDATION_FAILED', '/limit', '/limit'],
  ] as const)('has the place in its own arguments of an error %s at %s', async (code, from, to) => {
    answer = () => {
      throw invalid(code, from, 'is wrong');
    };
    const { errors } = await run(FAILING);
    expect(errors).toMatchObject([{ code, pointer: to, message: expect.stringContaining(`${to}: `) }]);
  });
});
