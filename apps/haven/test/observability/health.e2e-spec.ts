import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { Lifecycle } from '@haven/health';

import { startHaven } from '../support/haven.js';
import type { Haven } from '../support/haven.js';

const PROBES = ['livez', 'readyz', 'startupz', 'health'];
const TRACE = '0af7651916cd43dd8448eb211c80319c';

const states = async (haven: Haven): Promise<Record<string, number>> =>
  Object.fromEntries(
    await Promise.all(PROBES.map(async (probe) => [probe, (await haven.rest('GET', `//${probe}`)).status] as const)),
  );

describe('a running server', () => {
  const haven = startHaven();

  it('passes every probe without credentials', async () => {
    for (const probe of PROBES) {
      const response = await fetch(`${haven.url}/${probe}`);
      expect(response.status, probe).toBe(200);
      expect(await response.json()).toMatchObject({ status: 'ok' });
      expect(response.headers.get('cache-control')).toContain('no-store');
      expect(response.headers.get('content-type')).toContain('application/json');
      expect((await haven.rest('GET', `/${probe}`)).status).toBe(404);
    }
  });

  it('lists its checks', async () => {
    expect((await haven.rest('GET', '//readyz')).body).toMatchObject({
      details: { process: { status: 'up' }, database: { status: 'up' }, migrations: { status: 'up' } },
    });
  });

  it('lists every component on /health, without data of tenants', async () => {
    await haven.rest('POST', '/collections', { name: 'films' });
    const states = async () => (await haven.rest('GET', '//health')).body.components;
    await expect.poll(async () => (await states()).feed, { timeout: 20_000 }).toMatchObject({ leader: true });
    const components = await states();
    expect(components).toMatchObject({
      disk: { status: expect.stringMatching(/up|down/) },
      feed: { status: 'up', leader: true, waiting: expect.any(Number) },
      pool: { status: 'up', size: 10, used: expect.any(Number), waiting: expect.any(Number) },
      redisCache: { status: 'not configured' },
      redisRateLimits: { status: 'not configured' },
      replicas: { status: 'not configured' },
      webhooks: { status: 'up' },
      writes: { status: 'up' },
    });
    expect(JSON.stringify(components)).not.toContain(haven.tenant);
  });

  it('is not ready on a database with unknown migrations', async () => {
    const [row] = await haven.sql<{ name: string }>('SELECT name FROM haven.migrations ORDER BY name DESC LIMIT 1');
    await haven.sql("UPDATE haven.migrations SET name = 'other' WHERE name = $1", [row?.name]);
    expect(await states(haven)).toEqual({ livez: 200, readyz: 503, startupz: 200, health: 503 });
    await haven.sql("UPDATE haven.migrations SET name = $1 WHERE name = 'other'", [row?.name]);
    expect(await states(haven)).toEqual({ livez: 200, readyz: 200, startupz: 200, health: 200 });
  });
});

describe('a draining server', () => {
  const haven = startHaven();

  it('is alive and serves requests, but is not ready', async () => {
    haven.app.get(Lifecycle).startDraining();
    expect(await states(haven)).toEqual({ livez: 200, readyz: 503, startupz: 200, health: 503 });
    expect((await haven.rest('POST', '/collections', { name: 'late' })).status).toBe(201);
  });
});

describe('a server without its database', () => {
  const haven = startHaven();
  let admin: pg.Client;

  beforeAll(async () => {
    const server = inject('server');
    admin = new pg.Client({ ...server, ...('host' in server && { database: 'postgres' }) });
    await admin.connect();
  });
  afterAll(() => admin.end());

  it('reports it within two seconds, and recovers by itself', async () => {
    expect((await haven.rest('POST', '/collections', { name: 'movies' })).status).toBe(201);
    const [database] = await haven.sql<{ name: string }>('SELECT current_database() AS name');
    const cut = async (allowed: boolean): Promise<unknown> =>
      admin.query(`ALTER DATABASE ${database?.name} ALLOW_CONNECTIONS ${allowed}`);
    await cut(false);
    try {
      await admin.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name LIKE 'haven%'",
        [database?.name],
      );
      await expect
        .poll(async () => (await haven.rest('GET', '//readyz')).status, { timeout: 20_000, interval: 50 })
        .toBe(503);
      expect
        .soft(await states(haven), 'start-up stays over')
        .toEqual({ livez: 200, readyz: 503, startupz: 200, health: 503 });
      expect(JSON.stringify((await haven.rest('GET', '//readyz')).body)).not.toMatch(
        /haven_test|pg_|SELECT|\/tmp|127\.0\.0\.1|not currently accepting/,
      );
      await expectUnavailable();
    } finally {
      await cut(true);
    }
    await expect
      .poll(async () => (await haven.rest('GET', '//readyz')).status, { timeout: 5_000, interval: 50 })
      .toBe(200);
    expect((await haven.rest('POST', '/collections/movies/records', { data: {} })).status).toBe(201);
  });

  async function expectUnavailable(): Promise<void> {
    const header = { traceparent: `00-${TRACE}-b7ad6b7169203331-01` };
    for (const [method, path, body] of [
      ['GET', '/collections/movies', undefined],
      ['POST', '/collections/movies/records', { data: {} }],
    ] as const) {
      const answer = await haven.rest(method, path, body, header);
      expect.soft(answer).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE', status: 503, traceId: TRACE } });
      expect.soft(answer.headers.get('content-type')).toContain('application/problem+json');
      expect.soft(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect.soft(JSON.stringify(answer.body)).not.toMatch(/haven_test|pg_|SELECT|not currently accepting/);
    }
    const { body } = await haven.graphql('{ collection(name: "movies") { name } }', {}, header);
    expect.soft(body.errors[0].extensions).toMatchObject({ code: 'UNAVAILABLE', status: 503, traceId: TRACE });
  }
});
