import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

import pg from 'pg';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { UnitOfWork } from '@haven/database';
import { FeedCursors, MaintenanceScheduler } from '@haven/events';
import { Access } from '@haven/kernel';

import { startHaven } from '../support/haven.js';
import { searchReady } from '../support/search.js';
import { randomFrom } from '../support/random.js';
import { RandomWriter } from '../support/random-writer.js';
import { statementsOf } from '../support/statements.js';

const haven = startHaven(['upkeep.interval=24h', 'connections.transferTimeout=10m']);
const FILMS = '/collections/films';
const NDJSON = { 'content-type': 'application/x-ndjson' };
const LARGE = 10;

/** Ids of large records, which are exported first, and which are more than the buffers of a connection can hold. */
const firstIds = Array.from({ length: LARGE }, (_, n) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`);
const lastIds = Array.from({ length: 24 }, () => `ffffffff${randomUUID().slice(8)}`);

/**
 * Starts an export, and returns a function that reads its lines. Until then, nothing is read but the headers, which are
 * sent with the first page.
 */
async function startExport(query = ''): Promise<() => Promise<{ id: string }[]>> {
  const headers = await haven.as(haven.tenant);
  const sent = request(`${haven.url}/api/v1${FILMS}/export${query}`, { headers, agent: false }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  let failure: Error | undefined;
  response.on('error', (error: Error) => (failure = error)); // it may fail before it is read
  return async () => {
    if (failure) throw failure;
    return (await text(response)).split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  };
}

const exported = async (query = ''): Promise<{ id: string }[]> => (await startExport(query))();

/** Waits until no connection but the test's is in a transaction. */
const expectNoTransactions = () =>
  vi.waitFor(async () => {
    const [row] = await haven.sql(
      `SELECT count(*)::integer AS open FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND backend_type = 'client backend'`,
    );
    expect(row.open).toBe(0);
  }, 20_000);

/** Waits until all events are in the feed, and returns the cursor of its end. */
async function cursor(): Promise<string> {
  const entered = async () => {
    const left = await haven.sql(
      `SELECT FROM haven.events AS e WHERE tenant_id = $1 AND NOT EXISTS (
         SELECT FROM haven.feed AS f
         WHERE (f.tenant_id, f.collection_id, f.record_id, f.version) = (e.tenant_id, e.collection_id, e.record_id, e.version)
       )`,
      [haven.tenant],
    );
    expect(left).toEqual([]);
  };
  await vi.waitFor(entered, { timeout: 20_000 });
  const [head] = await haven.sql('SELECT seq FROM haven.feed_heads WHERE tenant_id = $1', [haven.tenant]);
  const caller = { tenantId: haven.tenant, actor: 'tester', traceId: '', access: Access.full };
  return haven.app.get(FeedCursors, { strict: false }).seal(caller, Number(head.seq));
}

beforeEach(async () => {
  await haven.rest('POST', '/collections', { name: 'films', search: { paths: ['s'] } });
  const filler = 'x'.repeat(900_000);
  const large = firstIds.map((id) => JSON.stringify({ id, data: { n: 50, s: 'alpha', filler } }));
  const small = lastIds.map((id, n) => JSON.stringify({ id, data: { n, s: n % 2 ? 'alpha' : 'beta' } }));
  const { body } = await haven.rest('POST', `${FILMS}/import?shape=record`, [...large, ...small].join('\n'), NDJSON);
  expect(body.created).toBe(LARGE + lastIds.length);
  await searchReady(haven, 'films');
});

it('returns the state at its start, without erased records, while all kinds of changes are made', async () => {
  const writer = new RandomWriter(haven, FILMS, lastIds, randomFrom(16));
  for (let change = 0; change < 20; change++) await writer.write();
  const queries = [
    '',
    `?filter=${encodeURIComponent('{"s":"alpha"}')}`,
    `?filter=${encodeURIComponent('{"n":{"_gte":10}}')}`,
    `?filter=${encodeURIComponent('{"_search":"alpha"}')}`,
    `?filter=${encodeURIComponent('{"_or":[{"_search":"alpha"},{"n":-1}]}')}`,
    `?filter=${encodeURIComponent('{"_not":{"_search":"beta"}}')}`,
    `?asOf=${encodeURIComponent(await cursor())}`,
    `?asOf=${encodeURIComponent(new Date().toISOString())}`,
  ];
  const before: { id: string }[][] = [];
  for (const query of queries) before.push(await exported(query));
  expect(before[1]?.length).toBeGreaterThan(LARGE);
  const readings = await Promise.all(queries.map(startExport));
  await haven.rest('PUT', `${FILMS}/records/${randomUUID()}`, { data: { n: 99, s: 'alpha' } });
  for (let change = 0; change < 60; change++) await writer.write();
  const erased = before[0]?.slice(LARGE, LARGE + 3).map(({ id }) => id) ?? [];
  for (const id of erased) {
    expect((await haven.rest('POST', `${FILMS}/records/${id}/erase`)).status).toBe(204);
    await haven.rest('PUT', `${FILMS}/records/${id}`, { data: { n: 99, s: 'alpha' } });
  }
  await cursor();
  for (const [index, read] of readings.entries()) {
    const expected = before[index]?.filter(({ id }) => !erased.includes(id));
    expect(await read(), queries[index]).toEqual(expected);
  }
});

it('holds no connection while the client does not read, so that others are served', async () => {
  const readings = await Promise.all(Array.from({ length: 12 }, () => startExport()));
  await expectNoTransactions();
  const other = await haven.as(randomUUID());
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => haven.rest('GET', '/collections', undefined, other)),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  for (const read of readings) expect(await read()).toHaveLength(LARGE + lastIds.length);
});

it('fails if a version that it needs is pruned while it runs, and only then', async () => {
  await haven.rest('PATCH', FILMS, { history: { keep: 1 } });
  const prune = async () => {
    await cursor();
    await haven.app.get(MaintenanceScheduler, { strict: false }).runAll();
  };
  await cursor();
  const unaffected = await startExport();
  const id = randomUUID();
  for (const n of [1, 2]) await haven.rest('PUT', `${FILMS}/records/${id}`, { data: { n } });
  await prune();
  expect(await unaffected()).toHaveLength(LARGE + lastIds.length);
  const affected = await startExport();
  await haven.rest('PUT', `${FILMS}/records/${lastIds[3]}`, { data: { n: 0 } });
  await prune();
  await expect(affected()).rejects.toThrow('aborted');
});

describe('an export of small records', () => {
  const SHOWS = '/collections/shows';
  const lines = async (): Promise<string[]> => (await haven.rest('GET', `${SHOWS}/export`)).body.trim().split('\n');
  /** Number of statements that an export takes. */
  const statements = async (): Promise<number> =>
    (await statementsOf(lines)).filter(({ text }) => text.includes('FROM haven.records')).length;

  beforeEach(async () => {
    const records = Array.from({ length: 3_000 }, (_, n) => JSON.stringify({ n })).join('\n');
    await haven.rest('POST', '/collections', { name: 'shows' });
    expect((await haven.rest('POST', `${SHOWS}/import`, records, NDJSON)).body.created).toBe(3_000);
  });

  it('takes one statement per page, and one at the start', async () => {
    // Transactions of other tests end. While one is open, the first page takes two statements.
    await vi.waitFor(async () => expect(await statements()).toBe(5), { timeout: 30_000 });
    const open = new pg.Client('url' in haven.address ? { connectionString: haven.address.url } : haven.address);
    await open.connect();
    try {
      await open.query('BEGIN; SELECT pg_current_xact_id()');
      const first: string = JSON.parse((await lines())[0] ?? '').id;
      expect((await haven.rest('PUT', `${SHOWS}/records/${first}`, { data: { n: -1 } })).status).toBe(200);
      expect(await statements()).toBe(6);
    } finally {
      await open.end();
    }
  });

  it('returns the state at its start if records are changed before their page is read', async () => {
    const send = UnitOfWork.prototype.pipeline;
    for (let pages = 0; pages < 3;) {
      const before = await lines();
      const [changed, deleted] = before.slice(-2).map((line): string => JSON.parse(line).id);
      pages = 0; // stays below 3 if a transaction of another test is open, because all pages are then read otherwise
      vi.spyOn(UnitOfWork.prototype, 'pipeline').mockImplementation(async function (this: UnitOfWork, caller, ...all) {
        if (all.some(({ text }) => text.includes('is_simple')) && ++pages === 3) {
          await haven.rest('PUT', `${SHOWS}/records/${changed}`, { data: { n: -1 } });
          await haven.rest('DELETE', `${SHOWS}/records/${deleted}`);
          await haven.rest('PUT', `${SHOWS}/records/${changed?.slice(0, -12)}000000000000`, { data: { n: -2 } });
        }
        return send.call(this, caller, ...all);
      });
      const during = await lines();
      vi.restoreAllMocks();
      expect(during).toEqual(before);
    }
    expect(await lines()).toHaveLength(3_000); // one deleted, one created
  });
});
