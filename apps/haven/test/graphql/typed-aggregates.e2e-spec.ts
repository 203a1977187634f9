import { randomUUID } from 'node:crypto';

import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import { createCinema, created } from './typed-cinema.js';

const haven = startHaven();

const FILMS = [
  {
    title: 'Alien',
    'Major Genre': 'Horror',
    year: 1979,
    rating: 8.5,
    premiere: '1979-05-25T20:00:00Z',
    tags: ['space'],
  },
  { title: 'Aliens', 'Major Genre': 'Horror', year: 1986, rating: 8.4, premiere: '1986-07-14T20:00:00Z', tags: [] },
  {
    title: 'Heat',
    'Major Genre': 'Drama',
    year: 1995,
    rating: 8.3,
    premiere: '1995-12-31T23:30:00Z',
    tags: ['la', 'space'],
  },
  { title: 'Untitled', studio: { city: 'Oslo', size: { width: 2 } }, scenes: [{ name: 'Eggs' }, { name: 'Chest' }] },
];

const tenant = randomUUID();

beforeAll(async () => {
  haven.tenant = tenant;
  await createCinema(haven);
  for (const film of FILMS) await created(haven, 'films', film);
});
beforeEach(() => {
  haven.tenant = tenant; // no test changes its films
});

async function ask(query: string, variables?: Record<string, unknown>, headers?: Record<string, string>) {
  const { body } = await haven.graphql(query, variables, headers);
  return body;
}

/** Returns the groups of a query without errors. */
async function groupsOf(query: string, variables?: Record<string, unknown>): Promise<unknown[]> {
  const { data, errors } = await ask(query, variables);
  expect(errors).toBeUndefined();
  return data.filmsAggregate.groups;
}

describe('a typed aggregate', () => {
  it('groups by values, filters and sorts groups, and computes what is selected', async () => {
    const query = `query ($least: JSON!) {
      filmsAggregate(
        groupBy: [{ field: Major_Genre }]
        having: { count: { _gte: $least } }
        orderBy: [{ avg: { rating: ASC } }, { key: { Major_Genre: DESC } }]
      ) {
        groups {
          key { Major_Genre }
          count rated: count(of: rating)
          sum { rating year } avg { rating } min { title year } max { premiere } distinct { title }
          percentile(p: 0.5) { year }
        }
        truncated
      }
    }`;
    const { data, errors } = await ask(query, { least: 1 });
    expect(errors).toBeUndefined();
    expect(data.filmsAggregate).toEqual({
      groups: [
        {
          key: { Major_Genre: null },
          count: 1,
          rated: 0,
          sum: { rating: 0, year: 0 },
          avg: { rating: null },
          min: { title: 'Untitled', year: null },
          max: { premiere: null },
          distinct: { title: 1 },
          percentile: { year: null },
        },
        {
          key: { Major_Genre: 'Drama' },
          count: 1,
          rated: 1,
          sum: { rating: 8.3, year: 1995 },
          avg: { rating: 8.3 },
          min: { title: 'Heat', year: 1995 },
          max: { premiere: '1995-12-31T23:30:00Z' },
          distinct: { title: 1 },
          percentile: { year: 1995 },
        },
        {
          key: { Major_Genre: 'Horror' },
          count: 2,
          rated: 2,
          sum: { rating: 16.9, year: 3965 },
          avg: { rating: 8.45 },
          min: { title: 'Alien', year: 1979 },
          max: { premiere: '1986-07-14T20:00:00Z' },
          distinct: { title: 2 },
          percentile: { year: 1982.5 },
        },
      ],
      truncated: false,
    });
    expect(await groupsOf(query, { least: 2 })).toHaveLength(1);
  });

  it('groups by periods of a time zone, and by members of objects', async () => {
    const query = `{
      filmsAggregate(
        where: { premiere: { _isNull: false } }
        groupBy: [{ field: premiere, bucket: YEAR, timeZone: "Europe/Oslo" }]
        orderBy: [{ key: { premiere: DESC } }]
        limit: 1
      ) { groups { key { premiere } count } truncated }
      studios: filmsAggregate(groupBy: [{ field: studio_city }]) { groups { key { studio_city } max { studio_size_width } } }
    }`;
    const { data, errors } = await ask(query);
    expect(errors).toBeUndefined();
    expect(data.filmsAggregate).toEqual({
      groups: [{ key: { premiere: '1996-01-01T00:00:00+01:00' }, count: 1 }],
      truncated: true,
    });
    expect(data.studios.groups).toEqual([
      { key: { studio_city: null }, max: { studio_size_width: null } },
      { key: { studio_city: 'Oslo' }, max: { studio_size_width: 2 } },
    ]);
  });

  it('reads records as they were, with the conditions of lists', async () => {
    haven.tenant = randomUUID();
    await createCinema(haven);
    await created(haven, 'films', { title: 'Alien', tags: ['space'] });
    const { data } = await ask('{ filmsAggregate { groups { max { _updatedAt } } } }');
    const [{ max }] = data.filmsAggregate.groups;
    await created(haven, 'films', { title: 'Later', tags: ['space'] });
    const query = `query ($asOf: String) {
      filmsAggregate(where: { tags: { _some: { _eq: "space" } } }, asOf: $asOf) { groups { count } }
    }`;
    expect(await groupsOf(query)).toEqual([{ count: 2 }]);
    expect(await groupsOf(query, { asOf: max._updatedAt })).toEqual([{ count: 1 }]);
  });

  it('counts what it ignores, and has null with an error for a value of another type', async () => {
    const schema = { properties: { seat: { type: 'integer' }, row: { type: 'string' } } };
    await haven.rest('POST', '/collections', { name: 'tickets' });
    for (const data of [
      { seat: 'x', row: 'A' },
      { seat: 4, row: 'A' },
      { seat: 'y', row: 7 },
    ])
      await created(haven, 'tickets', data);
    await haven.rest('PATCH', '/collections/tickets', { schema, enforce: 'new' });
    const { data, errors } = await ask(`{
      ticketsAggregate(groupBy: [{ field: row }]) { groups { key { row } total: sum { seat } min { seat } ignored } }
    }`);
    const groups = [
      { key: { row: null }, total: { seat: 0 }, min: { seat: null }, ignored: { 'sum.seat': 1 } },
      { key: { row: 'A' }, total: { seat: 4 }, min: { seat: 4 }, ignored: { 'sum.seat': 1, 'min.seat': 1 } },
    ];
    expect(data.ticketsAggregate.groups).toEqual(expect.arrayContaining(groups));
    const codes = errors.map(({ path, extensions }: any) => [path.slice(3).join('.'), extensions.code]);
    expect(codes).toEqual([
      ['key.row', 'STORED_VALUE_MISMATCH'],
      ['min.seat', 'STORED_VALUE_MISMATCH'],
    ]);
  });

  it.each([
    [
      'groupBy: [{ field: premiere, bucket: DAY, timeZone: "Mars/Olympus" }]',
      'AGGREGATE_INVALID',
      '/groupBy/0/timeZone',
    ],
    ['groupBy: [{ field: year, timeZone: "UTC" }]', 'AGGREGATE_INVALID', '/groupBy/0/timeZone'],
    ['groupBy: [{ field: title }, { field: title }]', 'AGGREGATE_INVALID', '/groupBy/1/field'],
    ['having: { count: { _gt: [] } }', 'AGGREGATE_INVALID', '/having/count/_gt'],
    [
      'having: { _or: [{ max: { premiere: { _gt: "soon" } } }] }',
      'AGGREGATE_INVALID',
      '/having/_or/0/max/premiere/_gt',
    ],
    ['having: { sum: { year: {} } }', 'AGGREGATE_INVALID', '/having/sum/year'],
    ['orderBy: [{ count: ASC }, { key: { title: ASC } }]', 'AGGREGATE_INVALID', '/orderBy/1/key/title'],
    ['orderBy: [{ percentile: { year: ASC } }]', 'AGGREGATE_INVALID', '/orderBy/0/percentile/year'],
    ['where: { tags: { _size: { _gt: -1 } } }', 'FILTER_INVALID', '/where/tags/_size/_gt'],
    ['where: { scenes: { _some: { name: { _in: null } } } }', 'FILTER_INVALID', '/where/scenes/_some/name/_in'],
    ['limit: 0', 'VALIDATION_FAILED', '/limit'],
    ['asOf: "yesterday"', 'CURSOR_INVALID', '/asOf'],
  ])('refuses %s with the place', async (args, code, pointer) => {
    const { data, errors } = await ask(`{ filmsAggregate(${args}) { groups { count } } }`);
    expect(data).toEqual({ filmsAggregate: null });
    expect(errors[0].extensions).toMatchObject({ code, status: expect.any(Number), errors: [{ pointer }] });
  });

  it('refuses a fraction beyond 1, and a key without a group, by the selection', async () => {
    const [beyond] = (await ask('{ filmsAggregate { groups { p: percentile(p: 2) { y: year } } } }')).errors;
    expect(beyond.extensions).toMatchObject({ code: 'AGGREGATE_INVALID', errors: [{ pointer: '/groups/p/y' }] });
    const [key] = (await ask('{ filmsAggregate { groups { key { title } } } }')).errors;
    expect(key.extensions).toMatchObject({ code: 'AGGREGATE_INVALID', errors: [{ pointer: '/groupBy' }] });
    expect(key.message).toContain('`title`');
  });

  it('costs what the generic field costs', async () => {
    const headers = { 'graphql-cost': '1' };
    const costOf = async (query: string) => (await ask(query, {}, headers)).extensions.cost.value;
    const generic = await costOf('{ aggregate(collection: "films", compute: {n: "count"}, limit: 50) { truncated } }');
    expect(await costOf('{ filmsAggregate(limit: 50) { groups { key { __typename } count sum { year } } } }')).toBe(
      generic,
    );
  });
});

describe('conditions on lists', () => {
  it.each([
    ['{ tags: { _some: { _startsWith: "sp" } } }', ['Alien', 'Heat']],
    ['{ tags: { _every: { _eq: "space" } } }', ['Alien', 'Aliens']],
    ['{ tags: { _none: { _eq: "space" } } }', ['Aliens', 'Untitled']],
    ['{ tags: { _size: { _gte: 1, _lt: 2 } } }', ['Alien']],
    ['{ scenes: { _some: { name: { _eq: "Eggs" }, scenes: { _exists: false } } } }', ['Untitled']],
    ['{ scenes: { _every: { _or: [{ name: { _eq: "Eggs" } }, { name: { _like: "Ch%" } }] } } }', ['Untitled']],
    ['{ scenes: { _some: { _raw: { name: "Chest" } } } }', ['Untitled']],
  ])('find records by %s', async (where, titles) => {
    const { data, errors } = await ask(
      `{ films(where: ${where}, orderBy: [{ title: ASC }]) { edges { node { title } } } }`,
    );
    expect(errors).toBeUndefined();
    expect(data.films.edges.map(({ node }: any) => node.title)).toEqual(titles);
  });
});
