import { Pool } from 'undici';

import { UNREACHED } from '../bench.ts';
import { document } from '../data.ts';
import type { BenchDatabase } from '../database.ts';
import { summary } from '../measure.ts';
import type { Summary } from '../measure.ts';
import { fixed, measured, spread, table } from '../pages/markdown.ts';
import type { Section } from '../section.ts';
import { DECLARE_NEIGHBOURS, FILL_COLORS, REMOVE_NEIGHBOURS } from './indexes-neighbours.ts';

/** The ratio of two durations, and the first of them in milliseconds. */
interface IndexResult {
  row: string;
  ratio: Summary;
  milliseconds: number;
}

/** The paths that are declared; collections with fewer indexes declare the first of them. */
const PATHS = [
  ...['sku', 'price', 'group', 'maker.address.city', 'title', 'stock', 'active', 'maker.name'],
  ...['maker.address.zip', 'note', 'a', 'b', 'c', 'd', 'e', 'f'],
];

/** Numbers of declared paths that are compared. */
const DECLARED = [0, 1, 4, 8, 16];

/** Number of requests of each kind in a round. */
const REQUESTS = 40;

/** Number of requests in a round that read all records of a collection. */
const SCANS = 10;

type Send = (method: 'GET' | 'POST' | 'PATCH', path: string, body?: object) => Promise<{ id: string }>;

/**
 * Measures what declared indexes cost: those of the collection itself, and those of other tenants. Requests of all
 * kinds are sent in turn over one connection, so that variations in the speed of the machine affect all of them alike.
 */
export const indexes: Section<IndexResult[]> = {
  plan: { rounds: 2, seconds: 0 },

  async measure(bench) {
    const {
      database,
      plan: { rounds },
    } = bench;
    const { origin } = await bench.haven('haven', UNREACHED);
    const pool = new Pool(origin, { connections: 1, pipelining: 1 });
    const send: Send = async (method, path, body) => {
      const headers = { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' };
      const content = body === undefined ? {} : { body: JSON.stringify(body) };
      const response = await pool.request({ method, path: `/api/v1${path}`, headers, ...content });
      const text = await response.body.text();
      if (response.statusCode > 299) throw new Error(`${method} ${path}: ${response.statusCode} ${text}`);
      return JSON.parse(text) as { id: string };
    };
    try {
      return [
        ...(await ownPaths(send, database, rounds)),
        ...(await neighboursPaths(send, database, rounds)),
        ...(await neighboursValue(send, database, rounds)),
      ];
    } finally {
      await pool.close();
    }
  },

  blocks(kept) {
    const rows = kept.result.map(({ row, ratio, milliseconds }) => [row, fixed(milliseconds, 1), spread(ratio, 2)]);
    return { indexes: `${measured(kept)}\n\n${table(['', 'ms', 'ratio'], rows)}` };
  },
};

/** Compares writes to collections with different numbers of declared paths. */
async function ownPaths(send: Send, database: BenchDatabase, rounds: number): Promise<IndexResult[]> {
  for (const count of DECLARED) await declare(send, `own${count}`, count);
  const times = new Times();
  let number = 0;
  for (let round = 0; round <= rounds; round++) {
    for (let n = 0; n < REQUESTS; n++) {
      for (const count of n % 2 === 0 ? DECLARED : DECLARED.toReversed()) {
        const path = `/collections/own${count}/records`;
        const data = document(number++);
        const { id } = await times.of(round, `create with ${count} declared ${count === 1 ? 'path' : 'paths'}`, () =>
          send('POST', path, { data }),
        );
        if (count === 0 || count === 4) {
          const patch = { data: { seen: number } };
          const row = `patch of another member with ${count} declared paths`;
          await times.of(round, row, () => send('PATCH', `${path}/${id}`, patch));
        }
      }
    }
    for (let n = 0; n < 6; n++) {
      const count = n % 2 === round % 2 ? 0 : 4;
      const creates = Array.from({ length: 1000 }, () => ({
        op: 'create',
        collection: `own${count}`,
        data: document(number++),
      }));
      const row = `batch of 1,000 creates with ${count} declared paths`;
      await times.of(round, row, () => send('POST', '/batch', { operations: creates }));
    }
    // As autovacuum does after a minute: plans that were made while the tables were empty read too much.
    if (round === 0) await database.run('VACUUM (ANALYZE) haven.records, haven.index_entries, haven.events');
  }
  return times.results((row) => row.replace(/\d+ declared paths?$/, '0 declared paths'));
}

/** Compares requests while other tenants declare ten thousand paths with those while they do not. */
async function neighboursPaths(send: Send, database: BenchDatabase, rounds: number): Promise<IndexResult[]> {
  const beside = '/collections/beside';
  await declare(send, 'beside', 4);
  const ids: string[] = [];
  for (let number = 0; number < 2000; number++) {
    ids.push((await send('POST', `${beside}/records`, { data: document(number) })).id);
  }
  const times = new Times();
  for (let round = 0; round <= rounds; round++) {
    for (const side of round % 2 === 0 ? ['without', 'beside'] : ['beside', 'without']) {
      await database.run(REMOVE_NEIGHBOURS);
      if (side === 'beside') await database.run(DECLARE_NEIGHBOURS);
      await database.run('VACUUM (ANALYZE) haven.records, haven.index_entries, haven.collections');
      for (let n = 0; n < 3 * REQUESTS; n++) {
        const requests: Record<string, () => Promise<unknown>> = {
          create: () => send('POST', `${beside}/records`, { data: document(n) }),
          get: () => send('GET', `${beside}/records/${ids[(n * 37) % ids.length]}`),
          'list by a declared range': () =>
            send('POST', `${beside}/query`, { filter: { price: { _gte: 100 } }, sort: 'price' }),
          'filter by a declared equality': () =>
            send('POST', `${beside}/query`, { filter: { sku: document((n * 7) % ids.length).sku } }),
        };
        for (const [name, request] of Object.entries(requests)) {
          // The connection plans its statements anew after the statistics have changed.
          if (n < REQUESTS) await request();
          else await times.of(round, `${name} ${side} 10,000 declared paths of others`, request);
        }
      }
    }
  }
  await database.run(REMOVE_NEIGHBOURS);
  return times.results((row) => row.replace(' beside ', ' without '));
}

/** Compares a filter by a value that only a neighbour's records have with one by a value that no record has. */
async function neighboursValue(send: Send, database: BenchDatabase, rounds: number): Promise<IndexResult[]> {
  await declare(send, 'colors', 0);
  await database.run(FILL_COLORS, ['colors']);
  await database.run('VACUUM (ANALYZE) haven.records');
  const times = new Times();
  for (let round = 0; round <= rounds; round++) {
    for (let n = 0; n < SCANS; n++) {
      for (const [color, holder] of n % 2 === 0 ? COLORS : COLORS.toReversed()) {
        const query = { filter: { color } };
        await times.of(round, `equality without an index, value of ${holder}`, () =>
          send('POST', '/collections/colors/query', query),
        );
      }
    }
  }
  return times.results((row) => row.replace(/of .*$/, 'of no record'));
}

const COLORS = [
  ['green', 'no record'],
  ['red', '300,000 records of another tenant'],
] as const;

async function declare(send: Send, name: string, paths: number): Promise<void> {
  await send('POST', '/collections', { name, indexes: PATHS.slice(0, paths) });
}

/** Durations in milliseconds, by round and row. */
class Times {
  readonly #rounds: Map<string, number[]>[] = [];

  async of<T>(round: number, row: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await work();
    const rows = (this.#rounds[round] ??= new Map<string, number[]>());
    rows.set(row, [...(rows.get(row) ?? []), performance.now() - start]);
    return result;
  }

  /**
   * Returns for each row the ratios of its median in a round to that of the row which `baseOf` names. The first round
   * only warms up.
   */
  results(baseOf: (row: string) => string): IndexResult[] {
    const [warm = new Map<string, number[]>(), ...rounds] = this.#rounds;
    const median = (round: Map<string, number[]>, row: string) => summary(round.get(row) ?? []).median;
    return [...warm.keys()]
      .filter((row) => baseOf(row) !== row)
      .map((row) => ({
        row,
        ratio: summary(rounds.map((round) => median(round, row) / median(round, baseOf(row)))),
        milliseconds: summary(rounds.map((round) => median(round, row))).median,
      }));
  }
}
