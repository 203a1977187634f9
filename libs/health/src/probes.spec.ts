import { Module } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { getDataSourceToken } from '@nestjs/typeorm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Log } from '@haven/observability';

import { HealthModule } from './health.module.js';
import { Lifecycle } from './lifecycle.js';

@Module({})
class ProvidersModule {}

const query = vi.fn<(statement: string) => Promise<unknown[]>>();
const warn = vi.fn<(message: string) => void>();
let app: NestFastifyApplication;
let listening: boolean;

beforeEach(async () => {
  query.mockReset().mockImplementation(rowsOf);
  warn.mockReset();
  const providers = [
    { provide: getDataSourceToken(), useValue: { query } },
    { provide: Log, useValue: { warn } },
  ];
  const globals = { global: true, providers, exports: providers.map(({ provide }) => provide) };
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

it('times out after two seconds, and runs each query only once at a time', async () => {
  query.mockReturnValue(new Promise(() => undefined));
  const [first] = await Promise.all([app.inject('/readyz'), app.inject('/readyz'), app.inject('/health')]);
  expect(first.statusCode).toBe(503);
  expect(query).toHaveBeenCalledTimes(2);
}, 4_000);

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
