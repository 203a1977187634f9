import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { secondHaven, startHaven } from '../support/haven.js';

const haven = startHaven();
let other: { app: NestFastifyApplication; url: string };

/** Simulates a replica that is not promoted yet: like a read-only connection, it rejects writes with SQLSTATE 25006. */
beforeAll(async () => {
  const [database] = await haven.sql<{ name: string }>('SELECT current_database() AS name');
  await haven.sql(`ALTER DATABASE ${database?.name} SET default_transaction_read_only = on`);
  await endSessions();
  other = await secondHaven(haven);
});
afterAll(() => other.app.close());

/**
 * Ends the sessions that requests use, and those that a pooler has opened and not used yet. New ones have the changed
 * defaults of the database.
 */
const endSessions = () =>
  haven.sql(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name IN ('haven', '') AND datname = current_database() AND pid <> pg_backend_pid()`,
  );

const post = (path: string, body: object) =>
  fetch(other.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

it('serves reads, and tells writers in both APIs when to retry', async () => {
  expect((await fetch(`${other.url}/api/v1/collections`)).status).toBe(200);
  const refused = await post('/api/v1/collections', { name: 'orders' });
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(await refused.json()).toMatchObject({ code: 'UNAVAILABLE' });
  const response = await post('/graphql', {
    query: 'mutation { createCollection(input: { name: "orders" }) { name } }',
  });
  expect(await response.json()).toMatchObject({
    errors: [{ extensions: { code: 'UNAVAILABLE', status: 503, retryAfter: 1 } }],
  });
});

it('is ready, but not for writes, and is ready for writes again when the database is', async () => {
  await post('/api/v1/collections', { name: 'orders' });
  const probe = async (path: string) => {
    const response = await fetch(other.url + path);
    return { status: response.status, body: await response.json() };
  };
  expect(await probe('/readyz')).toMatchObject({ status: 200, body: { status: 'ok', writes: 'unavailable' } });
  expect(await probe('/readyz?for=writes')).toMatchObject({
    status: 503,
    body: { error: { writes: { status: 'down', message: 'The database is read-only.' } } },
  });
  expect(await probe('/health')).toMatchObject({ status: 200, body: { components: { writes: { status: 'down' } } } });
  expect(await (await fetch(`${other.url}/metrics`)).text()).toMatch(/^haven_writes_available 0$/m);

  const [database] = await haven.sql<{ name: string }>('SELECT current_database() AS name');
  await haven.sql(`ALTER DATABASE ${database?.name} RESET default_transaction_read_only`);
  await endSessions();
  await expect.poll(async () => (await probe('/readyz?for=writes')).status, { timeout: 10_000 }).toBe(200);
  expect((await post('/api/v1/collections', { name: 'orders' })).status).toBe(201);
  expect(await (await fetch(`${other.url}/metrics`)).text()).toMatch(/^haven_writes_available 1$/m);
});

it('says that a lock on a table blocks writes', async () => {
  expect((await haven.rest('POST', '/collections', { name: 'locked' })).status).toBe(201);
  await haven.sql('BEGIN');
  await haven.sql('LOCK TABLE haven.records IN SHARE MODE');
  const write = haven.rest('POST', '/collections/locked/records', { data: {} });
  const state = async () => (await haven.rest('GET', '//readyz?for=writes')).body.error?.writes?.message;
  await expect.poll(state, { timeout: 9_000 }).toBe('A lock on a table blocks writes.');
  expect((await haven.rest('GET', '//readyz')).status).toBe(200);
  await haven.sql('COMMIT');
  expect((await write).status).toBe(201);
  await expect.poll(state, { timeout: 10_000 }).toBeUndefined();
});

it('refuses an unknown purpose of a readiness probe', async () => {
  const response = await haven.rest('GET', '//readyz?for=reads');
  expect(response).toMatchObject({ status: 422, body: { code: 'VALIDATION_FAILED', errors: [{ pointer: '/for' }] } });
});
