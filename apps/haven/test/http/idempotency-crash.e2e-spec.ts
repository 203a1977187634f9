import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { openDatabaseProxy } from '../support/database-proxy.js';
import type { DatabaseProxy } from '../support/database-proxy.js';
import { at, haven } from '../support/process.js';
import { openTestDatabase } from '../support/test-database.js';
import type { TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let proxy: DatabaseProxy;

beforeEach(async () => {
  database = await openTestDatabase();
  proxy = await openDatabaseProxy(database.address);
});

afterEach(async () => {
  await proxy.close();
  await database.drop();
});

const events = async () => (await database.owner.query('SELECT FROM haven.events')).rows;
const post = (url: string, body: object, key: string) =>
  fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
  });

it.each<[string, string, object, (answer: any) => unknown]>([
  ['REST', '/api/v1/collections/orders/records', { data: { n: 7 } }, (record) => record],
  [
    'REST in a transaction',
    '/api/v1/batch',
    { operations: [{ op: 'create', collection: 'orders', data: { n: 7 } }] },
    ({ results }) => results[0].record,
  ],
  [
    'GraphQL',
    '/graphql',
    { query: 'mutation { createRecord(collection: "orders", data: { n: 7 }) { version data } }' },
    ({ data }) => data.createRecord,
  ],
])(
  'replays the response of a process that was killed between COMMIT and response, by %s',
  async (_api, path, body, recordIn) => {
    const first = haven(['start'], at(proxy.address));
    const origin = await first.origin;
    await post(`${origin}/api/v1/collections`, { name: 'orders' }, 'orders');
    proxy.withhold('{"n":7}');
    const lost = post(`${origin}${path}`, body, 'order-7').catch((error: unknown) => error);
    await vi.waitFor(async () => expect(await events()).toHaveLength(1), { timeout: 30_000, interval: 20 });
    first.child.kill('SIGKILL');
    expect(await lost).toBeInstanceOf(Error);
    await first.ended;

    const second = haven(['start'], at(database.address));
    const answer = await post(`${await second.origin}${path}`, body, 'order-7');
    expect(answer.headers.get('idempotency-replayed')).toBe('true');
    expect(recordIn(await answer.json())).toMatchObject({ version: 1, data: { n: 7 } });
    expect(await events()).toHaveLength(1);
  },
);
