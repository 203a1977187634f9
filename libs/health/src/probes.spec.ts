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
class Surroundings {}

const query = vi.fn<(statement: string) => Promise<unknown[]>>();
const warn = vi.fn<(message: string) => void>();
let app: NestFastifyApplication;
let listening: boolean;

beforeEach(async () => {
  query.mockReset().mockImplementation(answer);
  warn.mockReset();
  const outside = [
    { provide: getDataSourceToken(), useValue: { query } },
    { provide: Log, useValue: { warn } },
  ];
  const surroundings = { global: true, providers: outside, exports: outside.map(({ provide }) => provide) };
  const module = await Test.createTestingModule({
    imports: [{ module: Surroundings, ...surroundings }, HealthModule.forRoot(['One', 'Two'])],
  }).compile();
  app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  await app.init();
  listening = true;
  vi.spyOn(app.getHttpServer(), 'listening', 'get').mockImplementation(() => listening);
});

afterEach(() => app.close());

describe('a healthy process', () => {
  it.each(['/livez', '/readyz', '/startupz', '/health'])('answers 200 on %s and is not cached', async (url) => {
    const answered = await app.inject(url);
    expect(answered.statusCode).toBe(200);
    expect(answered.json()).toMatchObject({ status: 'ok', error: {} });
    expect(answered.headers['cache-control']).toBe('no-cache, no-store, must-revalidate');
  });

  it('lives without asking the database', async () => {
    await app.inject('/livez');
    expect(query).not.toHaveBeenCalled();
  });

  it('is ready when the database has migrations of a later release', async () => {
    query.mockResolvedValue([{ name: 'One' }, { name: 'Two' }, { name: 'Three' }]);
    expect((await app.inject('/readyz')).statusCode).toBe(200);
  });
});

it('a process whose main port does not listen yet is not ready, and lives', async () => {
  listening = false;
  expect((await app.inject('/readyz')).statusCode).toBe(503);
  expect((await app.inject('/livez')).statusCode).toBe(200);
});

describe('a process without its database', () => {
  beforeEach(() => {
    query.mockRejectedValue(new Error('connect ECONNREFUSED 10.1.2.3, password hunter2'));
  });

  it("is not ready, says so in Terminus's words, and keeps the driver's to the log", async () => {
    const answered = await app.inject('/readyz');
    expect(answered.statusCode).toBe(503);
    expect(answered.json()).toMatchObject({ status: 'error', error: { database: { status: 'down' } } });
    expect(answered.headers['cache-control']).toBe('no-cache, no-store, must-revalidate');
    expect(answered.body).not.toContain('hunter2');
    await app.inject('/readyz');
    expect(warn).toHaveBeenCalledOnce();
  });

  it('lives, and its start stays over', async () => {
    expect((await app.inject('/livez')).statusCode).toBe(200);
    expect((await app.inject('/startupz')).statusCode).toBe(200);
  });
});

it('gives up on a silent database after two seconds, and asks it only once at a time', async () => {
  query.mockReturnValue(new Promise(() => undefined));
  const [first] = await Promise.all([app.inject('/readyz'), app.inject('/readyz'), app.inject('/health')]);
  expect(first.statusCode).toBe(503);
  expect(query).toHaveBeenCalledTimes(2);
}, 4_000);

it('is not ready before its migrations have run, and names them', async () => {
  query.mockResolvedValue([{ name: 'One' }]);
  const answered = await app.inject('/readyz');
  expect(answered.statusCode).toBe(503);
  expect(answered.json()).toMatchObject({ error: { migrations: { message: 'Not run yet: Two.' } } });
});

it('is not ready while it drains, yet lives', async () => {
  app.get(Lifecycle).startDraining();
  expect((await app.inject('/readyz')).statusCode).toBe(503);
  expect((await app.inject('/livez')).statusCode).toBe(200);
});

function answer(statement: string): Promise<unknown[]> {
  return Promise.resolve(statement.includes('migrations') ? [{ name: 'One' }, { name: 'Two' }] : [{ '?column?': 1 }]);
}
