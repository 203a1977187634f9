import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { expect, it, vi } from 'vitest';

import { subscribe } from '../support/change-streams.js';
import { startHaven } from '../support/haven.js';
import { processState } from '../support/leaks.js';
import { parseExposition } from '../support/prometheus.js';

const haven = startHaven(['metrics.enabled=true', 'graphql.typedFields=1000']); // only one of the two schemas fits

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Far less than the schemas that are built between two measurements would take: each has 100 kB. */
const MAX_GROWTH = 5 * 1024 * 1024;

const COLLECTIONS = ['apples', 'pears'] as const;
const properties = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`member${n}`, { type: 'string' }]));

it('a thousand rebuilds leave neither memory nor listeners', async () => {
  const tenants = { apples: { 'x-test-tenant': randomUUID() }, pears: { 'x-test-tenant': randomUUID() } };
  for (const name of COLLECTIONS)
    await haven.rest('POST', '/collections', { name, schema: { type: 'object', properties } }, tenants[name]);
  const rebuild = async (times: number): Promise<void> => {
    for (let time = 0; time < times; time += COLLECTIONS.length)
      for (const name of COLLECTIONS) {
        const { body } = await haven.graphql(`{ ${name} { totalCount } }`, {}, tenants[name]);
        expect(body).toEqual({ data: { [name]: { totalCount: 0 } } });
      }
  };
  const state = async () => {
    const metrics = parseExposition((await haven.rest('GET', '//metrics')).body);
    collectGarbage();
    const server = haven.app.getHttpServer();
    return {
      heap: process.memoryUsage().heapUsed,
      listeners: {
        process: processState().listeners,
        server: server.eventNames().map((event) => [event, server.listenerCount(event)]),
      },
      builds: metrics.value('haven_graphql_schema_build_duration_seconds_count'),
      schemas: metrics.value('haven_graphql_schemas'),
    };
  };
  const query = 'subscription { changes: appleChanges { type } }';
  const follow = subscribe(haven.url, query, { headers: tenants.apples });
  await vi.waitFor(() => expect(follow.changes).not.toEqual([]), { timeout: 20_000 });
  await rebuild(400); // until caches are full and code is compiled
  const before = await state();
  await rebuild(1_000);
  const after = await state();
  expect(after.builds - before.builds).toBe(1_000);
  expect(after.schemas).toBe(1);
  expect(after.listeners).toEqual(before.listeners);
  expect(after.heap - before.heap).toBeLessThan(MAX_GROWTH);
  expect(follow.errors).toBeUndefined();
  await follow.client.dispose();
});
