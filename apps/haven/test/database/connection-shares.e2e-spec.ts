import { randomUUID } from 'node:crypto';

import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { startHaven } from '../support/haven.js';

const POOL = 8;
const QUEUE = 4;

/** Connections of the pool that one tenant may hold for long statements and transactions. */
const SHARE = POOL / 2 - 1;

const haven = startHaven([
  `database.poolSize=${POOL}`,
  `overload.poolQueue=${QUEUE}`,
  'database.acquireTimeout=60s',
  'database.statementTimeout=60s',
  'rateLimits.databaseTimeCost=1000000',
]);
const slow = '/collections/films/records?filter=%7B%22title%22%3A%22Alien%22%7D';
let greedy: Record<string, string>;
let other: Record<string, string>;
let blocker: pg.Client;

/** Creates two tenants with a collection, and makes every filtered list wait for a lock. */
beforeEach(async () => {
  [greedy, other] = await Promise.all([haven.as(randomUUID()), haven.as(randomUUID())]);
  for (const headers of [greedy, other]) {
    await haven.rest('POST', '/collections', { name: 'films' }, headers);
    expect((await haven.rest('GET', '/collections/films', undefined, headers)).status).toBe(200);
  }
  blocker = new pg.Client('url' in haven.address ? { connectionString: haven.address.url } : haven.address);
  await blocker.connect();
  await blocker.query('BEGIN; LOCK TABLE haven.every_record');
});

afterEach(() => blocker.end());

/** Number of connections of the pool that wait for the lock. */
async function blocked(): Promise<number> {
  const [{ count }] = await haven.sql(
    `SELECT count(*)::int FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'haven' AND wait_event_type = 'Lock'`,
  );
  return count;
}

const untilBlocked = (count: number): Promise<void> =>
  vi.waitFor(async () => expect(await blocked()).toBe(count), { timeout: 30_000 });

function send(headers: Record<string, string>, signal?: AbortSignal): Promise<Response> {
  return fetch(`${haven.url}/api/v1${slow}`, { headers, signal: signal ?? null });
}

describe('a tenant with many slow requests', () => {
  it('holds its share of the pool, and is refused beyond its queue; others are served', async () => {
    const running = Array.from({ length: SHARE + QUEUE }, () => send(greedy));
    await untilBlocked(SHARE);
    const refused = await vi.waitUntil(
      async () => {
        // longer than `overload.burstWait`
        const response = await send(greedy, AbortSignal.timeout(5_000)).catch(() => undefined);
        return response?.status === 429 ? response : false;
      },
      { timeout: 30_000 },
    );
    expect(await refused.json()).toMatchObject({ code: 'RATE_LIMITED', 'violated-policies': ['connections'] });
    for (let i = 0; i < 20; i++)
      expect((await haven.rest('GET', '/collections', undefined, other)).status, 'another tenant').toBe(200);
    expect(await blocked()).toBe(SHARE);
    await blocker.query('ROLLBACK');
    for (const response of await Promise.all(running)) expect(response.status).toBe(200);
  });

  it('holds three connections with one request, at any depth of a GraphQL document', async () => {
    const fields = Array.from(
      { length: 20 },
      (_, i) => `f${i}: records(collection: "films", first: 1, filter: { title: "Alien ${i}" }) { totalCount }`,
    );
    const response = haven.graphql(`{ ${fields.join(' ')} }`, {}, greedy);
    await untilBlocked(3);
    expect((await haven.rest('GET', '/collections', undefined, other)).status).toBe(200);
    expect(await blocked()).toBe(3);
    await blocker.query('ROLLBACK');
    expect((await response).body.errors).toBeUndefined();
  });
});

describe('a client that disconnects', () => {
  it('gets its statement cancelled, and its waiting ones are not sent', async () => {
    const gone = new AbortController();
    const running = Array.from({ length: SHARE + 2 }, () => send(greedy, gone.signal).catch(() => 'aborted'));
    await untilBlocked(SHARE);
    gone.abort();
    expect(await Promise.all(running)).toEqual(running.map(() => 'aborted'));
    await untilBlocked(0);
    await blocker.query('ROLLBACK');
    expect((await send(greedy)).status).toBe(200);
  });
});

describe('a request of which a statement fails', () => {
  it('has its other statement cancelled when the response is complete', async () => {
    const response = haven.rest('GET', `${slow}&count=exact`, undefined, greedy);
    await untilBlocked(2); // the page, and the number of all matches
    await haven.sql(
      `SELECT pg_cancel_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'haven' AND wait_event_type = 'Lock' LIMIT 1`,
    );
    expect((await response).status).toBe(503);
    await untilBlocked(0);
    await blocker.query('ROLLBACK');
    expect((await send(greedy)).status).toBe(200);
  });
});

describe('the rate limit of a tenant', () => {
  /** Sends a request and returns how much the tenant has left. */
  async function remaining(path: string): Promise<number> {
    const { status, headers } = await haven.rest('GET', path, undefined, greedy);
    expect([200, 404]).toContain(status);
    return Number(/"tenant";r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]);
  }

  it('is charged for the time of slow statements, and not for short ones', async () => {
    const slowest = send(greedy);
    await untilBlocked(1);
    await blocker.query('ROLLBACK');
    await slowest;
    await haven.rest('POST', '/collections/films/records', { data: { title: 'Alien' } }, greedy);
    const page = '/collections/films/records'; // sometimes the settings of the collection have to be read too
    const cost = async (): Promise<number> => (await remaining(page)) - (await remaining(page));
    await vi.waitUntil(async () => (await cost()) === 1, { timeout: 30_000 });
    const second = await remaining(page);
    await send(greedy);
    const third = await remaining(page);
    expect(second - third, 'a filtered list').toBeGreaterThan(3);
  });
});
