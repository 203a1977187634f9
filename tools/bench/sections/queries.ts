import { aimText, atMost } from '../aims.ts';
import { UNREACHED } from '../bench.ts';
import { load } from '../load.ts';
import type { RequestMaker } from '../load.ts';
import { summary } from '../measure.ts';
import type { Summary } from '../measure.ts';
import { measured, spread, table } from '../pages/markdown.ts';
import type { Section } from '../section.ts';
import { rareWord } from './queries-data.ts';
import { createShopCollection, shopBuilt } from './shop-collection.ts';

/** Latencies of a query in milliseconds. */
interface QueryResult {
  row: string;
  p50: Summary;
  p95: Summary;
  /** Target in milliseconds: of an aggregate for the p50, of a search for the p95. */
  aim: number;
}

const SHOP = 200_000;
const LIBRARY = 1_000_000;

/** The collections: what they declare for the aggregate, and how they are searched. */
const COLLECTIONS = {
  shop: {},
  declared: { indexes: [{ paths: ['city', 'price'] }] },
  library: { search: { paths: ['title', 'note'], language: 'english' } },
};

const FIVE_FUNCTIONS = {
  groupBy: ['city'],
  compute: {
    n: 'count',
    total: { sum: 'price' },
    mean: { avg: 'price' },
    low: { min: 'price' },
    high: { max: 'price' },
  },
};

const QUERIES: readonly { row: string; aim: number; request: RequestMaker }[] = [
  { row: 'aggregate, undeclared', aim: 500, request: () => post('shop/aggregate', FIVE_FUNCTIONS) },
  { row: 'aggregate, declared', aim: 120, request: () => post('declared/aggregate', FIVE_FUNCTIONS) },
  {
    row: 'search, rare word',
    aim: 20,
    request: (number) => post('library/query', { filter: { _search: rareWord(number, LIBRARY) }, limit: 20 }),
  },
  {
    row: 'search, common word, newest first',
    aim: 50,
    request: () => post('library/query', { filter: { _search: 'harbor' }, sort: '-$createdAt', limit: 20 }),
  },
  {
    row: 'search, common word, ranked',
    aim: 200,
    request: () => post('library/query', { filter: { _search: 'harbor' }, sort: '$score', limit: 20 }),
  },
];

/**
 * Measures aggregates of 200,000 records and searches of a million. The queries are sent in turn in each round, one
 * request at a time.
 */
export const queries: Section<QueryResult[]> = {
  plan: { rounds: 4, seconds: 1 },

  async measure(bench) {
    const { database, plan } = bench;
    const { origin } = await bench.haven('haven', UNREACHED);
    for (const [name, settings] of Object.entries(COLLECTIONS))
      await createShopCollection(origin, database, name, name === 'library' ? LIBRARY : SHOP, settings);
    await shopBuilt(origin, database, Object.keys(COLLECTIONS));
    const latencies = QUERIES.map((query) => ({ ...query, p50: [] as number[], p95: [] as number[] }));
    for (let round = 0; round <= plan.rounds; round++) {
      for (const { request, p50, p95 } of latencies) {
        const { latency } = await load(origin, request, { connections: 1, seconds: plan.seconds });
        if (round === 0) continue; // the first round only warms up
        p50.push(latency.percentile(50) / 1_000);
        p95.push(latency.percentile(95) / 1_000);
      }
    }
    return latencies.map(({ row, aim, p50, p95 }) => ({ row, aim, p50: summary(p50), p95: summary(p95) }));
  },

  blocks(kept) {
    const rows = kept.result.map(({ row, p50, p95, aim }) => [
      row,
      ...[spread(p50, 0), spread(p95, 0), aimText(atMost(aim, 0))],
    ]);
    return { queries: `${measured(kept)}\n\n${table(['', 'p50 ms', 'p95 ms', 'aim'], rows)}` };
  },

  aims: ({ result }) =>
    result.map(({ row, p50, p95, aim }) => {
      const [figure, { median }] = row.startsWith('aggregate') ? ['p50', p50] : ['p95', p95];
      return { name: `${row}, ${figure} ms`, value: median, aim: atMost(aim, 0) };
    }),
};

function post(path: string, input: object): ReturnType<RequestMaker> {
  const headers = { 'content-type': 'application/json' };
  return { method: 'POST', path: `/api/v1/collections/${path}`, headers, body: JSON.stringify(input) };
}
