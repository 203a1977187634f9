import { beforeEach, describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';

const haven = startHaven();
const aggregate = '/collections/sales/aggregate';

async function store(...documents: object[]): Promise<void> {
  const operations = documents.map((data) => ({ op: 'create', collection: 'sales', data }));
  expect((await haven.rest('POST', '/batch', { operations })).status).toBe(200);
}

async function groups(query: object): Promise<any[]> {
  const { status, body } = await haven.rest('POST', aggregate, query);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.groups;
}

beforeEach(async () => {
  await haven.rest('POST', '/collections', { name: 'sales' });
});

describe('an aggregate', () => {
  it('computes all functions for each group', async () => {
    await store(
      { genre: 'Drama', price: 0.1, day: '2001-03-05' },
      { genre: 'Drama', price: 0.2, day: '2001-03-05T23:30:00Z' },
      { genre: 'Drama', price: 'free', day: 'soon' },
      { genre: null, price: 3, day: '2001-04-01T00:00:00.123+02:00' },
      { price: null, day: null },
    );
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
    expect(await groups({ groupBy: ['genre'], compute })).toEqual([
      {
        key: { genre: null },
        values: { n: 2, prices: 1, total: 3, mean: 3, low: 3, high: 3, kinds: 1, p50: 3 },
        ignored: {},
      },
      {
        key: { genre: 'Drama' },
        values: { n: 3, prices: 3, total: 0.3, mean: 0.15, low: 0.1, high: 0.2, kinds: 3, p50: 0.15000000000000002 },
        ignored: { total: 1, mean: 1, low: 1, high: 1, p50: 1 },
      },
    ]);
    expect(
      await groups({
        groupBy: [{ path: 'day', bucket: 'month', timeZone: 'Europe/Oslo', name: 'm' }],
        compute: { n: 'count' },
      }),
    ).toEqual([
      { key: { m: null }, values: { n: 2 }, ignored: { m: 1 } },
      { key: { m: '2001-03-01T00:00:00+01:00' }, values: { n: 2 }, ignored: {} },
      { key: { m: '2001-04-01T00:00:00+02:00' }, values: { n: 1 }, ignored: {} },
    ]);
  });
});
