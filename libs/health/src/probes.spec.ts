import { Module } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { HavenConfig } from '@haven/config';
import { DatabaseCheck, WriteAvailability } from '@haven/database';
import { ComponentHealths, Log } from '@haven/observability';

import { HealthModule } from './health.module.js';
import { Lifecycle } from './lifecycle.js';

@Module({})
class ProvidersModule {}

const query = vi.fn<(statement: string) => Promise<unknown[]>>();
const check = vi.fn<() => Promise<void>>();
const writes: { check: typeof check; problem?: string } = { check };
const warn = vi.fn<(message: string) => void>();
let app: NestFastifyApplication;
let listening: boolean;

beforeEach(async () => {
  query.mockReset().mockImplementation(rowsOf);
  warn.mockReset();
  check.mockReset().mockResolvedValue();
  delete writes.problem;
  const providers = [
    { provide: DatabaseCheck, useValue: { query } },
    { provide: WriteAvailability, useValue: writes },
    { provide: HavenConfig, useValue: { database: { url: 'postgres://localhost/haven' } } },
    ComponentHealths,
    { provide: Log, useValue: { warn } },
  ];
  const globals = {
    global: true,
    providers,
    exports: providers.map((each) => ('provide' in each ? each.provide : each)),
  };
  const module = await Test.createTestingModule({
    imports: [{ module: ProvidersModule, ...globals }, HealthModule.forRoot(['One', 'Two'])],
  }).compile();
  app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  await app.init();
  listening = true;
  vi.spyOn(app.getHttpServer(), 'listening', 'get').mockImplementation(() => listening);
});

afterEach(() => app.close());

describe('a healthy process', () => {
  it.each(['/livez', '/readyz', '/startupz', '/health'])(
    'responds with 200 on %s, which is not cached',
    async (url) => {
      const response = await app.inject(url);
      expect(response.statusCode).toBe(200);
      expect(response.json()).toMatchObject({ status: 'ok', error: {} });
      expect(response.headers['cache-control']).toBe('no-cache, no-store, must-revalidate');
    },
  );

  it('is live without a query to the database', async () => {
    await app.inject('/livez');
    expect(query).not.toHaveBeenCalled();
  });

  it('is ready when the database has migrations of a later release', async () => {
    query.mockResolvedValue([{ name: 'One' }, { name: 'Two' }, { name: 'Three' }]);
    expect((await app.inject('/readyz')).statusCode).toBe(200);
  });
});

it('is live but not ready before its main port listens', async () => {
  listening = false;
  expect((await app.inject('/readyz')).statusCode).toBe(503);
  expect((await app.inject('/livez')).statusCode).toBe(200);
});

describe('a process without its database', () => {
  beforeEach(() => {
    query.mockRejectedValue(new Error('connect ECONNREFUSED 10.1.2.3, password hunter2'));
  });

  it("is not ready, responds in Terminus's format, and only logs the driver's message", async () => {
    const response = await app.inject('/readyz');
    expect(response.statusCode).toBe(503);
    expect(response.json()).toMatchObject({ status: 'error', error: { database: { status: 'down' } } });
    expect(response.headers['cache-control']).toBe('no-cache, no-store, must-revalidate');
    expect(response.body).not.toContain('hunter2');
    await app.inject('/readyz');
    expect(warn).toHaveBeenCalledOnce();
  });

  it('is live, and its start stays complete', async () => {
    expect((await app.inject('/livez')).statusCode).toBe(200);
    expect((await app.inject('/startupz')).statusCode).toBe(200);
  });
});

it('times out after two seconds', async () => {
  query.mockReturnValue(new Promise(() => undefined));
  const [first] = await Promise.all([app.inject('/readyz'), app.inject('/readyz'), app.inject('/health')]);
  expect(first.statusCode).toBe(503);
}, 4_000);

describe('a process whose database refuses writes', () => {
  beforeEach(() => {
    writes.problem = 'The database is read-only.';
  });

  it('is ready, and says in the body that writes are unavailable', async () => {
    const response = await app.inject('/readyz');
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({ status: 'ok', writes: 'unavailable' });
    expect((await app.inject('/health')).statusCode).toBe(200);
  });

  it('is not ready for writes, until they work again', async () => {
    const response = await app.inject('/readyz?for=writes');
    expect(response.statusCode).toBe(503);
    expect(response.json()).toMatchObject({
      writes: 'unavailable',
      error: { writes: { status: 'down', message: 'The database is read-only.' } },
    });
    delete writes.problem;
    expect((await app.inject('/readyz?for=writes')).json()).toMatchObject({ status: 'ok', writes: 'available' });
  });
});

it('lists every component on /health, whether the process is ready or not', async () => {
  const components = app.get(ComponentHealths);
  components.add('redis', () => ({ status: 'not configured' }));
  components.add('feed', () => Promise.reject(new Error('password hunter2')));
  const expected = {
    disk: { status: 'not configured' },
    feed: { status: 'down', message: 'The state cannot be read.' },
    redis: { status: 'not configured' },
  };
  expect((await app.inject('/health')).json()).toMatchObject({ status: 'ok', components: expected });
  query.mockRejectedValue(new Error('gone'));
  const response = await app.inject('/health');
  expect(response.statusCode).toBe(503);
  expect(response.json()).toMatchObject({ status: 'error', components: expected });
});

it('is not ready before its migrations have run, and names the missing ones', async () => {
  query.mockResolvedValue([{ name: 'One' }]);
  const response = await app.inject('/readyz');
  expect(response.statusCode).toBe(503);
  expect(response.json()).toMatchObject({ error: { migrations: { message: 'Missing migrations: Two.' } } });
});

it('is live but not ready while it drains', async () => {
  app.get(Lifecycle).startDraining();
  expect((await app.inject('/readyz')).statusCode).toBe(503);
  expect((await app.inject('/livez')).statusCode).toBe(200);
});

function rowsOf(statement: string): Promise<unknown[]> {
  return Promise.resolve(statement.includes('migrations') ? [{ name: 'One' }, { name: 'Two' }] : [{ '?column?': 1 }]);
}
