import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';

const ON_ELEMENTS = { filter: { lines: { _some: { qty: { _gt: 5 } }, _size: { _gt: 1 } } } };

describe('a statement that exceeds database.statementTimeout', () => {
  const haven = startHaven(['database.statementTimeout=300ms', 'database.poolSize=2']);
  let blocker: pg.Client;

  /** Makes every read of records wait, as if there were more of them than can be read in time. */
  beforeEach(async () => {
    expect((await haven.rest('POST', '/collections', { name: 'films' })).status).toBe(201);
    await haven.rest('GET', '/collections/films/records?sort=-year');
    blocker = new pg.Client('url' in haven.address ? { connectionString: haven.address.url } : haven.address);
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE haven.records');
  });
  afterEach(() => blocker.end());

  const query = (body: object) => haven.rest('POST', '/collections/films/query', body);

  it('names the missing indexes, in both APIs', async () => {
    const filter = { maker: { city: { _startsWith: 'O' } }, year: { _gte: 2000 }, genre: 'Drama' };
    const errors = [
      {
        code: 'FILTER_WITHOUT_INDEX',
        detail: 'No index on "maker.city" is ready.',
        pointer: '/maker/city/_startsWith',
      },
      { code: 'FILTER_WITHOUT_INDEX', detail: 'No index on "year" is ready.', pointer: '/year/_gte' },
      { code: 'SORT_WITHOUT_INDEX', detail: 'No index on "year" is ready.', pointer: '' },
    ];
    const response = await query({ filter, sort: '-year' });
    expect(response).toMatchObject({ status: 422, body: { code: 'QUERY_TOO_EXPENSIVE', errors } });
    expect(response.body.detail).toMatch(/Add "maker\.city", "year" to the collection's indexes/);
    expect(response.headers.get('retry-after')).toBeNull();

    const document =
      'query Q($filter: JSON) { records(collection: "films", filter: $filter, sort: "-year") { edges { cursor } } }';
    const twin = await haven.graphql(document, { filter });
    expect(twin.body.errors[0].extensions).toMatchObject({ code: 'QUERY_TOO_EXPENSIVE', status: 422, errors });
  });

  it('names the missing indexes beside conditions on elements', async () => {
    const response = await query({
      filter: { ...ON_ELEMENTS.filter, year: { _gte: 2000 }, tags: { _some: { _startsWith: 'a' } } },
    });
    const errors = [{ pointer: '/year/_gte' }, { pointer: '/tags/_some/_startsWith' }];
    expect(response.body).toMatchObject({ code: 'QUERY_TOO_EXPENSIVE', errors });
    expect(response.body.detail).toMatch(/Add "year", "tags" to the collection's indexes/);
  });

  it('names the missing indexes for a count too', async () => {
    const document =
      'query Q($filter: JSON) { records(collection: "films", filter: $filter, first: 1) { totalCount } }';
    const { body } = await haven.graphql(document, { filter: { year: { _lt: 1950 } } });
    expect(body.errors[0].extensions).toMatchObject({
      code: 'QUERY_TOO_EXPENSIVE',
      errors: [{ pointer: '/year/_lt' }],
    });
  });

  it('names the index of all fields of an aggregate', async () => {
    const errors = (index: string, pointer: string) => [
      { code: 'AGGREGATE_WITHOUT_INDEX', detail: `No index on "${index}" is ready.`, pointer },
    ];
    const compute = { n: 'count', total: { sum: 'price' }, mean: { avg: 'price' } };
    const grouped = { filter: { year: { _gte: 2000 } }, groupBy: ['genre'], compute };
    const aggregate = (body: object) => haven.rest('POST', '/collections/films/aggregate', body);
    const response = await aggregate(grouped);
    expect(response).toMatchObject({
      status: 422,
      body: { code: 'QUERY_TOO_EXPENSIVE', errors: errors('year,genre,price', '/groupBy') },
    });
    expect(response.body.detail).toMatch(/Add "year,genre,price" to the collection's indexes/);
    expect((await aggregate({ compute })).body).toMatchObject({ errors: errors('price', '/compute') });
    const document =
      'query Q($g: [JSON!], $c: JSONObject) { aggregate(collection: "films", groupBy: $g, compute: $c) { truncated } }';
    const twin = await haven.graphql(document, { g: ['genre'], c: compute });
    expect(twin.body.errors[0].extensions).toMatchObject({
      code: 'QUERY_TOO_EXPENSIVE',
      errors: errors('genre,price', '/groupBy'),
    });
    // No index would help: it would have too many fields, or none.
    for (const body of [{ groupBy: ['a', 'b', 'c', 'd', 'e', 'f'] }, { compute: { n: 'count' } }])
      expect(await aggregate(body)).toMatchObject({ status: 503, body: { code: 'QUERY_TIMEOUT' } });
  });

  it('can be retried if no index would help', async () => {
    for (const body of [{}, { filter: { genre: 'Drama' } }, { filter: { title: { _like: '%x%' } } }, ON_ELEMENTS]) {
      const response = await query(body);
      expect(response).toMatchObject({ status: 503, body: { code: 'QUERY_TIMEOUT' } });
      expect(response.headers.get('retry-after')).toBe('1');
    }
    const write = await haven.rest('POST', '/collections/films/records', { data: {} });
    expect(write).toMatchObject({ status: 503, body: { code: 'QUERY_TIMEOUT' } });
  });

  it('releases its connection', async () => {
    const responses = await Promise.all(Array.from({ length: 6 }, () => query({ filter: { year: { _gt: 1 } } })));
    expect(responses.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 422));
    await blocker.query('ROLLBACK');
    expect(await query({ filter: { year: { _gt: 1 } } })).toMatchObject({ status: 200, body: { items: [] } });
  });
});
