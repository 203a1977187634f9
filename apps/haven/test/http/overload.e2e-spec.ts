import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';

import { UnitOfWork } from '@haven/database';
import { Access } from '@haven/kernel';

import { startHaven } from '../support/haven.js';
import type { Haven } from '../support/haven.js';

const POOL = 2; // of which long statements and transactions use one
const QUEUE = 3;

const SMALL = [`database.poolSize=${POOL}`, `overload.poolQueue=${QUEUE}`, 'database.acquireTimeout=60s'];

/** Transactions of several tenants that fill the pool and its queue, because they wait for a locked table. */
class FullPool {
  private constructor(
    readonly blocker: pg.Client,
    readonly waiting: readonly Promise<unknown>[],
  ) {}

  static async of(haven: Haven): Promise<FullPool> {
    const blocker = new pg.Client('url' in haven.address ? { connectionString: haven.address.url } : haven.address);
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE haven.collections');
    const uow = haven.app.get(UnitOfWork);
    const waiting = Array.from({ length: 1 + QUEUE + 1 }, () =>
      uow.query(
        { tenantId: randomUUID(), actor: 'tester', traceId: '', access: Access.full },
        { text: 'SELECT FROM haven.collections', values: [] },
      ),
    );
    await vi.waitFor(() => expect(uow.waiting).toBe(QUEUE + 1), { timeout: 30_000 });
    return new FullPool(blocker, waiting);
  }

  async release(): Promise<void> {
    await this.blocker.end();
    await Promise.all(this.waiting);
  }
}

describe('a request that finds no capacity', () => {
  const haven = startHaven([...SMALL, 'overload.burstWait=60s', 'overload.requestQueue=3']);
  const list = (headers = {}) => haven.rest('GET', '/collections/films/records', undefined, headers);

  it('waits, and is served when there is capacity; those beyond the queue are refused at once', async () => {
    expect((await haven.rest('POST', '/collections', { name: 'films' })).status).toBe(201);
    const pool = await FullPool.of(haven);
    const requests = [list(), list(), list(), list()];
    const refused = await Promise.race(requests);
    expect(refused).toMatchObject({ status: 503, body: { code: 'OVERLOADED' } });
    expect(refused.headers.get('retry-after')).toBe('1');
    await pool.release();
    expect((await Promise.all(requests)).map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 503]);
  });

  it('leaves its place when its client disconnects', async () => {
    expect([201, 409]).toContain((await haven.rest('POST', '/collections', { name: 'films' })).status);
    const pool = await FullPool.of(haven);
    const gone = new AbortController();
    const url = `${haven.url}/api/v1/collections/films/records`;
    const aborted = Array.from({ length: 3 }, () => fetch(url, { signal: gone.signal }).catch(() => 'aborted'));
    /** Returns the status of a request that is refused; undefined if it waits. */
    const refusal = async (): Promise<number | undefined> =>
      (await fetch(url, { signal: AbortSignal.timeout(200) }).catch(() => undefined))?.status;
    await expect.poll(refusal, { timeout: 30_000 }).toBe(503);
    gone.abort();
    expect(await Promise.all(aborted)).toEqual(['aborted', 'aborted', 'aborted']);
    await expect.poll(refusal, { timeout: 30_000 }).toBeUndefined();
    const requests = [list(), list()];
    await pool.release();
    expect((await Promise.all(requests)).map(({ status }) => status)).toEqual([200, 200]);
  });
});

describe('a pool whose queue exceeds the limit', () => {
  const haven = startHaven([...SMALL, 'overload.burstWait=0ms']);
  let blocker: pg.Client;
  let waiting: readonly Promise<unknown>[];

  beforeEach(async () => {
    expect((await haven.rest('POST', '/collections', { name: 'films' })).status).toBe(201);
    ({ blocker, waiting } = await FullPool.of(haven));
  });

  afterEach(async () => {
    await blocker.end();
  });

  it('rejects requests at once with Retry-After, in both APIs, and changes nothing', async () => {
    const refused = await haven.rest('POST', '/collections/films/records', { data: { title: 'Alien' } });
    expect(refused).toMatchObject({ status: 503, body: { code: 'OVERLOADED', status: 503 } });
    expect(refused.body.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.headers.get('content-type')).toContain('application/problem+json');

    const mutation = await haven.graphql(
      'mutation { createRecord(collection: "films", data: { title: "Alien" }) { id } }',
    );
    expect(mutation.headers.get('retry-after')).toBe('1');
    expect(mutation).toMatchObject({
      status: 503,
      body: { errors: [{ extensions: { code: 'OVERLOADED', status: 503 } }] },
    });

    await blocker.query('ROLLBACK');
    await Promise.all(waiting);
    expect((await haven.rest('GET', '/collections/films/records')).body.items).toEqual([]);
  });

  it('rejects streams and subscriptions', async () => {
    const stream = await haven.rest('GET', '/changes', undefined, { accept: 'text/event-stream' });
    expect(stream).toMatchObject({ status: 503, body: { code: 'OVERLOADED' } });

    const socket = new WebSocket(`${haven.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const [status, retryAfter] = await new Promise<unknown[]>((resolve, reject) => {
      socket.on('error', () => undefined);
      socket.once('open', () => reject(new Error('It was let in.')));
      socket.once('unexpected-response', (_request, { statusCode, headers }) =>
        resolve([statusCode, headers['retry-after']]),
      );
    });
    expect([status, retryAfter]).toEqual([503, '1']);
    await blocker.query('ROLLBACK');
    await Promise.all(waiting);
  });

  it('rejects requests before it reads the body', async () => {
    const answer = await haven.rest('POST', '/collections/films/records', '{"no json');
    expect(answer.body.code).toBe('OVERLOADED');
    await blocker.query('ROLLBACK');
    await Promise.all(waiting);
    expect((await haven.rest('POST', '/collections/films/records', '{"no json')).body.code).toBe('MALFORMED_JSON');
  });

  it('still serves probes and pages', async () => {
    expect((await haven.rest('GET', '//livez')).status).toBe(200);
    expect((await haven.rest('GET', '//startupz')).status).toBe(200);
    expect((await haven.rest('GET', '//openapi/generic.json')).status).toBe(200);
    expect((await haven.rest('GET', '//readyz')).body.code, 'not shed').toBeUndefined();
    await blocker.query('ROLLBACK');
    await Promise.all(waiting);
    expect((await haven.rest('GET', '//readyz')).status).toBe(200);
  });
});

describe('a delayed event loop', () => {
  const haven = startHaven(['overload.eventLoopDelay=30ms']);

  it('makes the server reject requests until the delay ends', async () => {
    const created = () => haven.rest('POST', '/collections', { name: 'films' });
    await vi.waitFor(async () => expect([201, 409]).toContain((await created()).status), { timeout: 30_000 });
    const over = new AbortController();
    const work = (async () => {
      while (!over.signal.aborted) {
        const until = performance.now() + 150;
        while (performance.now() < until); // keeps the event loop busy
        await delay(1);
      }
    })();
    const list = () => haven.rest('GET', '/collections/films');
    try {
      await vi.waitFor(async () => expect((await list()).body.code).toBe('OVERLOADED'), { timeout: 30_000 });
    } finally {
      over.abort();
      await work;
    }
    await vi.waitFor(async () => expect((await list()).status).toBe(200), { timeout: 30_000 });
  });
});
