import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { secondHaven, startHaven } from '../support/haven.js';

const haven = startHaven();
let other: { app: NestFastifyApplication; url: string };

/** Simulates a replica that is not promoted yet: like a read-only connection, it rejects writes with SQLSTATE 25006. */
beforeAll(async () => {
  const [database] = await haven.sql<{ name: string }>('SELECT current_database() AS name');
  await haven.sql(`ALTER DATABASE ${database?.name} SET default_transaction_read_only = on`);
  other = await secondHaven(haven);
});
afterAll(() => other.app.close());

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
