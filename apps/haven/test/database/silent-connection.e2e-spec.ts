import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { createApp } from '../../src/app.js';
import { Server } from '../../src/server.js';
import { openDatabaseProxy } from '../support/database-proxy.js';
import type { DatabaseProxy } from '../support/database-proxy.js';
import { startHaven, testConfig } from '../support/haven.js';
import type { ApiResponse } from '../support/haven.js';

const SETTINGS = [
  'database.responseTimeout=400ms',
  'database.statementTimeout=600ms',
  'database.acquireTimeout=1500ms',
  'metrics.enabled=true',
];
const WAIT = { timeout: 15_000, interval: 20 };
const FILMS = '/api/v1/collections/films';

const haven = startHaven();
let proxy: DatabaseProxy;
let app: NestFastifyApplication;
let url: string;
let record: string;

beforeEach(async () => {
  proxy = await openDatabaseProxy(haven.address);
  app = await createApp(testConfig(SETTINGS), proxy.address);
  await app.listen(0, '127.0.0.1');
  url = `http://127.0.0.1:${(app.getHttpServer().address() as { port: number }).port}`;
  await send('PUT', FILMS, {});
  record = `${FILMS}/records/${(await send('POST', `${FILMS}/records`, { data: { n: 1 } })).body.id}`;
});
afterEach(async () => {
  app.getHttpServer().closeAllConnections(); // the client may have opened one that it never used
  await app.close();
  await proxy.close();
});

async function send(method: string, path: string, body?: object): Promise<ApiResponse> {
  const headers = body && { 'content-type': 'application/json' };
  const response = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

const UNAVAILABLE = { status: 503, body: { code: 'UNAVAILABLE' } };

/** Reads that share connections, a read and a write on a connection of their own, and both APIs. */
function requests(): Promise<ApiResponse>[] {
  return [
    send('GET', record),
    send('GET', record),
    send('POST', `${FILMS}/query`, { filter: { n: 1 } }),
    send('POST', `${FILMS}/records`, { data: { n: 2 } }),
    send('POST', '/api/v1/batch', { operations: [{ op: 'create', collection: 'films', data: { n: 3 } }] }),
  ];
}

it('fails requests whose connection is silent, and is ready again when new connections work', async () => {
  proxy.silence();
  for (const response of await Promise.all(requests())) {
    expect(response).toMatchObject(UNAVAILABLE);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  }
  const { status, body } = await send('POST', '/graphql', { query: '{ collection(name: "films") { name } }' });
  expect(body.errors?.[0].extensions.code ?? status).toBe('UNAVAILABLE');
  expect(await send('GET', '/readyz')).toMatchObject({ status: 503, body: { writes: 'unavailable' } });
  expect((await send('GET', '/livez')).status).toBe(200);

  proxy.restore();
  await vi.waitFor(async () => expect((await send('GET', '/readyz')).status).toBe(200), WAIT);
  await vi.waitFor(async () => expect((await send('GET', record)).status).toBe(200), WAIT);
  for (const response of await Promise.all(requests())) expect(response.status).toBeLessThan(300);
});

it('replaces silent connections, also those for notifications and the leader, while new ones work', async () => {
  const before = proxy.accepted;
  proxy.silenceOpenConnections();
  const inFlight = await Promise.all(requests());
  for (const response of inFlight) expect([200, 201, 503]).toContain(response.status);
  expect(inFlight.some(({ status }) => status === 503)).toBe(true);
  for (const response of await Promise.all(requests())) expect(response.status).toBeLessThan(300);

  await vi.waitFor(async () => expect((await send('GET', '/readyz')).status).toBe(200), WAIT);
  await vi.waitFor(async () => {
    const changes = await send('GET', '/api/v1/changes?after=earliest&limit=500');
    expect(changes.body.items.length).toBeGreaterThanOrEqual(3); // a leader enters events in the feed again
  }, WAIT);
  await vi.waitFor(async () => {
    const rows = await haven.sql(
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'haven-notices'",
    );
    expect(rows.length).toBeGreaterThanOrEqual(2);
  }, WAIT);
  expect(proxy.accepted).toBeGreaterThan(before);
});

it('stops at once if the database is silent, however long statements and requests may take', async () => {
  const settings = [
    'server.port=0',
    'server.drainDelay=300ms',
    'server.shutdownTimeout=5m',
    'database.statementTimeout=1h',
    'database.responseTimeout=5m',
  ];
  const database = { address: proxy.address, stop: async () => undefined };
  const server = await Server.on(database, testConfig(settings));
  proxy.silence();
  const read = fetch(`${server.origin}${record}`).then(({ status }) => status);
  await server.stop();
  expect(await read).toBe(503);
});
