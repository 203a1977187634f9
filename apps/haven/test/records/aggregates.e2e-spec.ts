import { randomUUID } from 'node:crypto';

import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { startHaven } from '../support/haven.js';

const haven = startHaven(['limits.aggregateGroups=1000', 'limits.aggregateBytes=64KiB']);
const sales = '/collections/sales';
const N = { n: 'count' };

async function store(...documents: object[]): Promise<void> {
  const operations = documents.map((data) => ({ op: 'create', collection: 'sales', data }));
  expect((await haven.rest('POST', '/batch', { operations })).status).toBe(200);
}

async function aggregated(query: object) {
  const { status, body } = await haven.rest('POST', `${sales}/aggregate`, query);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

async function groups(query: object): Promise<any[]> {
  return (await aggregated(query)).groups;
}

/** Returns the number of records in each period. */
async function periods(path: string, bucket: string, timeZone: string): Promise<Record<string, number>> {
  const found = await groups({ groupBy: [{ path, bucket, timeZone, name: 'p' }], compute: N, limit: 1_000 });
  return Object.fromEntries(found.map(({ key, values }) => [key.p ?? 'null', values.n]));
}

async function error(query: object, status = 422) {
  const response = await haven.rest('POST', `${sales}/aggregate`, query);
  expect(response.status, JSON.stringify(response.body)).toBe(status);
  const { code, errors, detail } = response.body;
  return { code, pointer: errors?.[0]?.pointer, detail };
}

beforeEach(async () => {
  await haven.rest('POST', '/collections', { name: 'sales' });
});

describe('the functions', () => {
  const compute = {
    n: 'count',
    prices: { count: 'price' },
    total: { sum: 'price' },
    mean: { avg: 'price' },
    low: { min: 'price' },
    high: { max: 'price' },
    kinds: { distinct: 'price' },
    p50: { percentile: ['price', 0.5] },
  };

  it('use only values of their type, and say how many others there are', async () => {
    await store(
      { genre: 'Drama', price: 0.1 },
      { genre: 'Drama', price: 0.2 },
      { genre: 'Drama', price: 'free' },
      { genre: null, price: 3 },
      { price: null },
      { genre: 'Comedy', price: 'free' },
      { genre: 'Comedy', price: 'cheap' },
      { genre: 'Comedy', price: true },
    );
    expect(await groups({ groupBy: ['genre'], compute })).toEqual([
      {
        key: { genre: null },
        values: { n: 2, prices: 1, total: 3, mean: 3, low: 3, high: 3, kinds: 1, p50: 3 },
        ignored: {},
      },
      {
        key: { genre: 'Comedy' },
        values: { n: 3, prices: 3, total: 0, mean: null, low: 'cheap', high: 'free', kinds: 3, p50: null },
        ignored: { total: 3, mean: 3, low: 1, high: 1, p50: 3 },
      },
      {
        key: { genre: 'Drama' },
        values: { n: 3, prices: 3, total: 0.3, mean: 0.15, low: 0.1, high: 0.2, kinds: 3, p50: 0.15000000000000002 },
        ignored: { total: 1, mean: 1, low: 1, high: 1, p50: 1 },
      },
    ]);
  });

  it('have one group without groupBy, even of no records', async () => {
    const none = { n: 0, prices: 0, total: 0, mean: null, low: null, high: null, kinds: 0, p50: null };
    expect(await aggregated({ compute })).toEqual({
      groups: [{ key: {}, values: none, ignored: {} }],
      truncated: false,
    });
    expect(await aggregated({ groupBy: ['genre'], compute })).toEqual({ groups: [], truncated: false });
    await store({ price: 1 });
    expect((await groups({ compute, filter: { price: 2 } }))[0].values).toEqual(none);
    expect((await groups({ compute }))[0].values).toMatchObject({ n: 1, total: 1 });
  });

  it('are exact over the whole range of numbers', async () => {
    const max = Number.MAX_VALUE;
    await store(
      ...[1e308, 1, -1e308, 5e-324].map((x) => ({ of: 'cancelling', x })),
      ...[max, max].map((x) => ({ of: 'large', x })),
      ...[9_007_199_254_740_992, 1, 1].map((x) => ({ of: 'odd', x })),
      ...[5e-324, 5e-324, 0].map((x) => ({ of: 'small', x })),
      ...Array.from({ length: 10 }, () => ({ of: 'tenths', x: 0.1 })),
      { of: 'zero', x: -0 },
    );
    const mean = { mean: { avg: 'x' }, low: { min: 'x' }, high: { max: 'x' } };
    expect((await groups({ groupBy: ['of'], compute: mean })).map(({ values }) => values)).toEqual([
      { mean: 0.25, low: -1e308, high: 1e308 },
      { mean: max, low: max, high: max },
      { mean: 3_002_399_751_580_331.5, low: 1, high: 9_007_199_254_740_992 },
      { mean: 5e-324, low: 0, high: 5e-324 },
      { mean: 0.1, low: 0.1, high: 0.1 },
      { mean: 0, low: 0, high: 0 },
    ]);
    const total = { total: { sum: 'x' } };
    const filter = { of: { _ne: 'large' } };
    const sums = await groups({ groupBy: ['of'], compute: total, filter });
    expect(sums.map(({ values }) => values.total)).toEqual([1, 9_007_199_254_740_994, 1e-323, 1, 0]);
    expect(await error({ groupBy: ['of'], compute: { n: 'count', total: { sum: 'x' } } })).toMatchObject({
      code: 'RESULT_OUT_OF_RANGE',
      pointer: '/compute/total',
    });
    const spread = { compute: { p: { percentile: ['x', 0.1] } }, filter: { x: { _in: [1e308, -1e308] } } };
    expect(await error(spread)).toMatchObject({ code: 'RESULT_OUT_OF_RANGE', pointer: '/compute/p' });
  });
});

describe('groups', () => {
  it('are of equal JSON values', async () => {
    const texts = [
      '{"k": 1}',
      '{"k": 1.0}',
      '{"k": 10e-1}',
      '{"k": {"a": 1, "b": [2]}}',
      '{"k": {"b": [2.0], "a": 1}}',
      '{"k": "1"}',
      '{"k": true}',
      '{"k": [1]}',
      '{"k": null}',
      '{"other": 1}',
    ];
    for (const data of texts) {
      const json = { 'content-type': 'application/json' };
      expect((await haven.rest('POST', `${sales}/records`, `{"data": ${data}}`, json)).status).toBe(201);
    }
    expect(
      (await groups({ groupBy: ['k'], compute: { n: 'count', d: { distinct: 'k' } } })).map(Object.values),
    ).toEqual([
      [{ k: null }, { n: 2, d: 0 }, {}],
      [{ k: true }, { n: 1, d: 1 }, {}],
      [{ k: 1 }, { n: 3, d: 1 }, {}],
      [{ k: '1' }, { n: 1, d: 1 }, {}],
      [{ k: [1] }, { n: 1, d: 1 }, {}],
      [{ k: { a: 1, b: [2] } }, { n: 2, d: 1 }, {}],
    ]);
    expect((await groups({ compute: { d: { distinct: 'k' } } }))[0].values).toEqual({ d: 5 });
  });

  it('have names, also those of members of all objects, and system fields', async () => {
    await store({ constructor: 1, toString: 'x', 'a.b': 2 }, { constructor: 1, 'a.b': 2 });
    expect(
      await groups({
        groupBy: ['constructor', 'a\\.b', { path: '$version', name: 'toString' }],
        compute: { hasOwnProperty: 'count', last: { max: '$id' }, at: { min: '$createdAt' } },
        having: { hasOwnProperty: 2 },
        sort: 'hasOwnProperty,toString',
      }),
    ).toEqual([
      {
        key: { constructor: 1, 'a\\.b': 2, toString: 1 },
        values: { hasOwnProperty: 2, last: expect.any(String), at: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/) },
        ignored: {},
      },
    ]);
  });

  it('are filtered, sorted and limited', async () => {
    await store(...[3, 1, 2, 2, 3, 3].map((k) => ({ k, x: `${k}` })), { k: 'x' });
    const query = { groupBy: ['k'], compute: { n: 'count', x: { min: 'x' } } };
    const keys = async (more: object) => {
      const { groups: found, truncated } = await aggregated({ ...query, ...more });
      return [...found.map(({ key }: any) => key.k), truncated];
    };
    expect(await keys({})).toEqual([1, 2, 3, 'x', false]);
    expect(await keys({ sort: '-n' })).toEqual([3, 2, 1, 'x', false]);
    expect(await keys({ sort: ['n', '-k'] })).toEqual(['x', 1, 2, 3, false]);
    expect(await keys({ sort: '-k', limit: 2 })).toEqual(['x', 3, true]);
    expect(await keys({ sort: 'x,k' })).toEqual(['x', 1, 2, 3, false]);
    expect(await keys({ having: { n: { _gte: 2 } }, limit: 2 })).toEqual([2, 3, false]);
    expect(await keys({ having: { n: { _gte: 2 } }, limit: 1 })).toEqual([2, true]);
    expect(await keys({ having: { x: { _isNull: true } } })).toEqual(['x', false]);
    expect(await keys({ filter: { k: { _lt: 3 } }, having: { _not: { x: '1' } } })).toEqual([2, false]);
  });
});

describe('buckets', () => {
  it('are the periods of a calendar', async () => {
    const days = ['2001-01-01', '2001-12-31T23:59:59.999Z', '2004-02-29', '2008-12-29', '2010-01-03T12:00:00+13:00'];
    await store(...days.map((at) => ({ at })));
    expect(await periods('at', 'year', 'UTC')).toEqual({
      '2001-01-01T00:00:00Z': 2,
      '2004-01-01T00:00:00Z': 1,
      '2008-01-01T00:00:00Z': 1,
      '2010-01-01T00:00:00Z': 1,
    });
    expect(Object.keys(await periods('at', 'quarter', 'UTC'))).toEqual([
      '2001-01-01T00:00:00Z',
      '2001-10-01T00:00:00Z',
      '2004-01-01T00:00:00Z',
      '2008-10-01T00:00:00Z',
      '2010-01-01T00:00:00Z',
    ]);
    // ISO weeks start on Monday, so the first days of a year may belong to a week of the year before.
    expect(Object.keys(await periods('at', 'week', 'UTC'))).toEqual([
      '2001-01-01T00:00:00Z',
      '2001-12-31T00:00:00Z',
      '2004-02-23T00:00:00Z',
      '2008-12-29T00:00:00Z',
      '2009-12-28T00:00:00Z',
    ]);
  });

  it('follow the clock of their time zone when daylight-saving time begins and ends', async () => {
    await store(
      // In Oslo, 2:00 became 3:00, and in October 3:00 became 2:00 again.
      ...['2001-03-25T00:59:59Z', '2001-03-25T01:00:00Z'].map((oslo) => ({ oslo })),
      ...['2001-10-28T00:30:00Z', '2001-10-28T01:30:00Z'].map((oslo) => ({ oslo })),
      ...['2001-03-24T23:00:00Z', '2001-03-25T22:00:00Z'].map((oslo) => ({ oslo })),
      // On Lord Howe Island, the clock changes by half an hour: in April at 2:00 to 1:30.
      ...['2024-04-06T14:15:00Z', '2024-04-06T14:45:00Z', '2024-04-06T15:15:00Z', '2024-04-06T15:45:00Z'].map(
        (howe) => ({ howe }),
      ),
      // In São Paulo, the day began at 1:00.
      ...['2018-11-04T02:59:59Z', '2018-11-04T03:00:00Z', '2018-11-04'].map((paulo) => ({ paulo })),
    );
    expect(await periods('oslo', 'hour', 'Europe/Oslo')).toEqual({
      null: 7,
      '2001-03-25T00:00:00+01:00': 1,
      '2001-03-25T01:00:00+01:00': 1,
      '2001-03-25T03:00:00+02:00': 1,
      '2001-03-26T00:00:00+02:00': 1,
      '2001-10-28T02:00:00+02:00': 1,
      '2001-10-28T02:00:00+01:00': 1,
    });
    expect(await periods('oslo', 'day', 'Europe/Oslo')).toEqual({
      null: 7,
      '2001-03-25T00:00:00+01:00': 3,
      '2001-03-26T00:00:00+02:00': 1,
      '2001-10-28T00:00:00+02:00': 2,
    });
    expect(await periods('howe', 'hour', 'Australia/Lord_Howe')).toEqual({
      null: 9,
      '2024-04-07T01:00:00+11:00': 2,
      '2024-04-07T01:30:00+10:30': 1,
      '2024-04-07T02:00:00+10:30': 1,
    });
    expect(await periods('paulo', 'day', 'America/Sao_Paulo')).toEqual({
      null: 10,
      '2018-11-03T00:00:00-03:00': 1,
      '2018-11-04T01:00:00-02:00': 2,
    });
    // PostgreSQL reads CET as an abbreviation without daylight-saving time.
    expect(Object.keys(await periods('oslo', 'month', 'CET'))).toContain('2001-10-01T00:00:00+02:00');
  });

  it('ignore what is no date-time, and periods that RFC 3339 cannot express', async () => {
    const times = [
      '0000-01-01T00:00:00Z',
      '0000-01-01T00:00:00+00:01',
      '9999-12-31T23:59:59Z',
      '9999-12-31T23:59:59-00:01',
      '2016-12-31T23:59:60Z',
      '2023-02-29',
      '2023-02-28T24:00:00Z',
      'soon',
      '',
      20_010_305,
      ['2001-03-05'],
      null,
    ];
    await store(...times.map((at) => ({ at })));
    const query = { groupBy: [{ path: 'at', bucket: 'day' }], compute: N };
    expect(await groups(query)).toEqual([
      { key: { at: null }, values: { n: 9 }, ignored: { at: 8 } },
      { key: { at: '0000-01-01T00:00:00Z' }, values: { n: 1 }, ignored: {} },
      { key: { at: '2016-12-31T00:00:00Z' }, values: { n: 1 }, ignored: {} },
      { key: { at: '9999-12-31T00:00:00Z' }, values: { n: 1 }, ignored: {} },
    ]);
    expect(Object.keys(await periods('at', 'hour', 'America/New_York'))).toContain('9999-12-31T19:00:00-05:00');
  });

  it('can be of the times at which records were created and changed', async () => {
    await store({ n: 1 }, { n: 2 });
    const [group, ...others] = await groups({
      groupBy: [
        { path: '$createdAt', bucket: 'year', timeZone: 'Asia/Kathmandu' },
        { path: '$updatedAt', bucket: 'hour' },
      ],
      compute: N,
    });
    expect(others).toEqual([]);
    expect(group).toMatchObject({
      key: { $createdAt: expect.stringMatching(/^\d{4}-01-01T00:00:00\+05:45$/) },
      values: { n: 2 },
    });
  });
});

describe('a request', () => {
  it('is refused if it has too many groups, or if their keys are too long', async () => {
    await store(...Array.from({ length: 999 }, (_, k) => ({ k })));
    expect((await aggregated({ groupBy: ['k'], compute: N, limit: 1_000 })).groups).toHaveLength(999);
    await store({ k: -1 });
    expect((await aggregated({ groupBy: ['k'], limit: 1 })).truncated).toBe(true);
    await store({ k: -2 });
    expect(await error({ groupBy: ['k'], limit: 1 })).toEqual({
      code: 'QUERY_TOO_EXPENSIVE',
      pointer: '/groupBy',
      detail: expect.stringContaining('more than 1000 groups (limits.aggregateGroups)'),
    });
    expect(await error({ groupBy: ['k'], limit: 1_001 })).toMatchObject({ code: 'LIMIT_EXCEEDED', pointer: '/limit' });

    const long = (text: string) => ({ long: text.repeat(20_000) });
    await store(long('a'), long('b'), long('c'));
    expect(await groups({ groupBy: ['long'], compute: N, filter: { long: { _exists: true } } })).toHaveLength(3);
    await store(long('d'));
    expect(await error({ groupBy: ['long'], filter: { long: { _exists: true } } })).toEqual({
      code: 'QUERY_TOO_EXPENSIVE',
      pointer: '/groupBy',
      detail: expect.stringContaining('more than 65536 bytes'),
    });
    const extremes = { a: { min: 'long' }, b: { max: 'long' } };
    expect(await groups({ compute: extremes })).toHaveLength(1);
    expect(await error({ groupBy: ['$id'], compute: extremes, filter: { long: { _exists: true } } })).toMatchObject({
      code: 'QUERY_TOO_EXPENSIVE',
    });
  });

  it('is refused if it uses members that no record can have', async () => {
    const schema = { properties: { price: {} }, additionalProperties: false };
    await haven.rest('POST', '/collections', { name: 'strict', schema });
    const send = (query: object) => haven.rest('POST', '/collections/strict/aggregate', query);
    for (const [query, pointer] of [
      [{ groupBy: ['Price'] }, '/groupBy/0'],
      [{ compute: { n: 'count', total: { sum: 'prize' } } }, '/compute/total'],
    ] as const) {
      expect((await send(query)).body).toMatchObject({ code: 'AGGREGATE_INVALID', errors: [{ pointer }] });
    }
    expect((await send({ filter: { prize: 1 }, compute: N })).body).toMatchObject({ code: 'FILTER_INVALID' });
    expect((await send({ groupBy: ['prize'], asOf: new Date().toISOString() })).status).toBe(200);
    expect((await send({ groupBy: ['price'] })).status).toBe(200);
  });

  it('finds a collection that has replaced another with its name', async () => {
    await store({ a: 1 });
    expect((await groups({ compute: N }))[0].values).toEqual({ n: 1 });
    await haven.rest('DELETE', `${sales}?cascade=true`);
    expect(await error({ compute: N }, 404)).toMatchObject({ code: 'NOT_FOUND' });
    await haven.rest('POST', '/collections', { name: 'sales' });
    await store({ a: 1 }, { a: 2 });
    expect((await groups({ compute: N }))[0].values).toEqual({ n: 2 });
  });

  it('fails for a moment whose versions have been deleted', async () => {
    await haven.rest('PATCH', sales, { history: { keep: 1 } });
    const id = randomUUID();
    await haven.rest('PUT', `${sales}/records/${id}`, { data: { a: 1 } });
    const { body } = await haven.rest('PUT', `${sales}/records/${id}`, { data: { a: 2 } });
    await haven.sql('UPDATE haven.collections SET pruned_before = $1 WHERE tenant_id = $2', [
      body.updatedAt,
      haven.tenant,
    ]);
    const before = new Date(Date.parse(body.updatedAt) - 1).toISOString();
    expect(await error({ compute: N, asOf: before }, 410)).toMatchObject({ code: 'HISTORY_PRUNED' });
    expect((await aggregated({ compute: N, asOf: body.updatedAt })).groups[0].values).toEqual({ n: 1 });
  });
});

describe('a slow aggregate', () => {
  let blocker: pg.Client;

  /** Makes every read of records wait. */
  beforeEach(async () => {
    await haven.rest('POST', `${sales}/aggregate`, { compute: N });
    blocker = new pg.Client('url' in haven.address ? { connectionString: haven.address.url } : haven.address);
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE haven.records');
  });
  afterEach(() => blocker.end());

  const waiting = async (): Promise<number> => {
    const [row] = await haven.sql(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%AS measured%'",
    );
    return row.n;
  };

  it('is cancelled when its client disconnects', async () => {
    const gone = new AbortController();
    const response = fetch(`${haven.url}/api/v1${sales}/aggregate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(await haven.as(haven.tenant)) },
      body: JSON.stringify({ groupBy: ['a'], compute: N }),
      signal: gone.signal,
    });
    await vi.waitFor(async () => expect(await waiting()).toBe(1));
    gone.abort();
    await expect(response).rejects.toThrow();
    await vi.waitFor(async () => expect(await waiting()).toBe(0));
  });
});
