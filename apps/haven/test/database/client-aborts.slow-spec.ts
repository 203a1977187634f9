import { randomUUID } from 'node:crypto';

import { expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';

const ABORTS = 1_000;
const CLIENTS = 8;

const haven = startHaven(['database.poolSize=6']);

/** Requests of every kind: on shared connections, on connections of their own, in transactions, and with relations. */
function requestOf(number: number): { method: string; path: string; body?: unknown } {
  const records = '/api/v1/collections/films/records';
  const data = { title: `Alien ${number}`, text: 'x'.repeat(200) };
  const filter = { _or: Array.from({ length: 20 }, (_, i) => ({ text: { _ilike: `%${i}y%` } })) };
  const kinds = [
    { method: 'POST', path: `/api/v1/collections/films/query`, body: { filter, count: 'exact' } },
    { method: 'POST', path: records, body: { data } },
    { method: 'GET', path: `${records}?limit=50` },
    {
      method: 'POST',
      path: '/api/v1/collections/films/aggregate',
      body: { groupBy: ['title'], compute: { texts: { distinct: 'text' } }, limit: 10 },
    },
    {
      method: 'POST',
      path: '/api/v1/batch',
      body: { operations: [1, 2, 3].map(() => ({ op: 'create', collection: 'films', data })) },
    },
    {
      method: 'POST',
      path: '/graphql',
      body: { query: '{ a: records(collection: "films", filter: { text: { _like: "%y%" } }) { totalCount } }' },
    },
    {
      method: 'POST',
      path: '/graphql',
      body: { query: '{ films(first: 50) { edges { node { title filmsBySequel(first: 2) { totalCount } } } } }' },
    },
    { method: 'GET', path: `${records}?count=exact&filter=${encodeURIComponent('{"text":{"_like":"%y%"}}')}` },
  ] as const;
  return kinds[number % kinds.length] as (typeof kinds)[number]; // the index is in range
}

function send(number: number, headers: Record<string, string>, signal?: AbortSignal): Promise<Response> {
  const { method, path, body } = requestOf(number);
  return fetch(`${haven.url}${path}`, {
    method,
    signal: signal ?? null,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

it('a thousand aborts at random times disturb no other request, and no write is done in part', async () => {
  const [greedy, other] = await Promise.all([haven.as(randomUUID()), haven.as(randomUUID())]);
  for (const headers of [greedy, other]) {
    const schema = { properties: { title: { type: 'string' }, sequel: { 'x-haven-ref': { collection: 'films' } } } };
    await haven.rest('POST', '/collections', { name: 'films', schema }, headers);
    const operations = Array.from({ length: 500 }, (_, i) => ({
      op: 'create',
      collection: 'films',
      data: { title: `Film ${i}`, text: `${i}`.repeat(100) },
    }));
    expect((await haven.rest('POST', '/batch', { operations }, headers)).status).toBe(200);
  }
  let next = 0;
  let aborted = 0;
  const abortOften = async (): Promise<void> => {
    while (next < ABORTS) {
      const number = next++;
      const gone = new AbortController();
      const timer = setTimeout(() => gone.abort(), Math.random() * 40);
      const response = await send(number, greedy, gone.signal).catch(() => undefined);
      clearTimeout(timer);
      if (response) await response.text().catch(() => undefined);
      if (gone.signal.aborted) aborted++;
    }
  };
  const over = new AbortController();
  const failures: unknown[] = [];
  let served = 0;
  const neighbour = async (): Promise<void> => {
    for (let number = 0; !over.signal.aborted; number++) {
      const response = await send(number, other);
      const body: unknown = await response.json();
      const errors: unknown = body && Reflect.get(body, 'errors');
      if (!response.ok || errors !== undefined) failures.push(body);
      served++;
    }
  };
  const neighbours = [neighbour(), neighbour()];
  await Promise.all(Array.from({ length: CLIENTS }, abortOften));
  over.abort();
  await Promise.all(neighbours);

  expect(failures).toEqual([]);
  expect(served).toBeGreaterThan(0);
  expect(aborted).toBeGreaterThan(ABORTS / 10);
  const batches = await haven.sql(
    `SELECT count(*)::int AS size FROM haven.events e
     WHERE e.tenant_id = $1 AND data->>'title' LIKE 'Alien%' GROUP BY trace_id`,
    [greedy['x-test-tenant']],
  );
  expect(batches.filter(({ size }) => size !== 1 && size !== 3)).toEqual([]);
  const metrics: string = (await haven.rest('GET', '//metrics')).body;
  // A client that disconnects is no error, whatever was done for it at that moment.
  expect(
    metrics.match(/^haven_errors_total\{error_type="(INTERNAL|UNAVAILABLE|QUERY_TIMEOUT)"\} [1-9].*$/gm),
  ).toBeNull();
  const cancelled = /^haven_database_cancelled_total\{.*"haven".*\} (\d+)/m.exec(metrics);
  expect(Number(cancelled?.[1])).toBeGreaterThan(0);
  for (let number = 0; number < 14; number++) expect((await send(number, greedy)).ok).toBe(true);
}, 300_000);
