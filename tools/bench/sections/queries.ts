import { UNREACHED } from '../bench.ts';
import type { BenchDatabase } from '../database.ts';
import { load } from '../load.ts';
import type { RequestMaker } from '../load.ts';
import { summary } from '../measure.ts';
import type { Summary } from '../measure.ts';
import { measured, spread, table } from '../pages/markdown.ts';
import type { Section } from '../section.ts';
import { FILL_SHOP, rareWord } from './queries-data.ts';

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
    for (const [name, settings] of Object.entries(COLLECTIONS)) {
      const isFull = await database.has('SELECT FROM haven.collections WHERE name = $1', [name]);
      if (!isFull) await fill(origin, database, name, settings);
    }
    for (const name of Object.keys(COLLECTIONS)) await built(origin, name);
    await database.run(
      'VACUUM (ANALYZE) haven.records, haven.index_entries, haven.search_documents, haven.collections',
    );
    await database.run('CHECKPOINT');
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
    const rows = kept.result.map(({ row, p50, p95, aim }) => [row, spread(p50, 0), spread(p95, 0), String(aim)]);
    return { queries: `${measured(kept)}\n\n${table(['', 'p50 ms', 'p95 ms', 'aim'], rows)}` };
  },
};

/** Creates the records with SQL, and declares what is then built in the background. */
async function fill(origin: string, database: BenchDatabase, name: string, settings: object): Promise<void> {
  await send(origin, 'POST', '', { name });
  await database.run(FILL_SHOP, [name, name === 'library' ? LIBRARY : SHOP]);
  await send(origin, 'PATCH', name, settings);
}

/** Waits until the indexes and the search of a collection are ready. */
async function built(origin: string, name: string): Promise<void> {
  for (;;) {
    const { indexes, search } = await send(origin, 'GET', name);
    if ([...indexes, ...(search ? [search] : [])].every(({ state }) => state === 'ready')) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

interface Built {
  readonly state: string;
}

async function send(
  origin: string,
  method: string,
  name: string,
  body?: object,
): Promise<{ indexes: Built[]; search?: Built | null }> {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const content = body && { headers: { 'content-type': type }, body: JSON.stringify(body) };
  const response = await fetch(`${origin}/api/v1/collections/${name}`, { method, ...content });
  if (!response.ok) throw new Error(`${method} ${name}: ${response.status} ${await response.text()}`);
  return (await response.json()) as { indexes: Built[]; search?: Built | null }; // a collection
}

function post(path: string, input: object): ReturnType<RequestMaker> {
  const headers = { 'content-type': 'application/json' };
  return { method: 'POST', path: `/api/v1/collections/${path}`, headers, body: JSON.stringify(input) };
}
