import { Pool } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { at, haven, killProcesses } from '../support/process.js';
import { openTestDatabase } from '../support/test-database.js';
import type { TestDatabase } from '../support/test-database.js';

const NO_LIMITS = {
  HAVEN_RATE_LIMITS_PER_KEY: '0',
  HAVEN_RATE_LIMITS_PER_TENANT: '0',
  HAVEN_RATE_LIMITS_PER_ADDRESS: '0',
};
const USERS = '/api/v1/collections/users';
const UPSERTS = 1_000;
const TIMEOUT_MS = 120_000;

let database: TestDatabase;
/** Eight clients of two processes. */
let clients: Pool[];

beforeAll(async () => {
  database = await openTestDatabase();
  const env = { ...at(database.address), ...NO_LIMITS };
  const first = await haven(['start'], env).origin; // it migrates
  const second = await haven(['start'], env).origin;
  clients = Array.from({ length: 8 }, (_, n) => new Pool(n % 2 === 0 ? first : second, { connections: 3 }));
  const declared = await send(0, 'PUT', USERS, { indexes: [{ path: 'email', unique: true, caseless: true }] });
  expect(declared).toBe(201);
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  killProcesses();
  await database.drop();
});

async function send(client: number, method: 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<number> {
  const headers = body && { 'content-type': 'application/json' };
  const text = body && JSON.stringify(body);
  const response = await clients[client % clients.length]!.request({ method, path, headers, body: text });
  await response.body.dump();
  return response.statusCode;
}

/** Sends a number of requests, of which each client has at most one at a time, and counts their statuses. */
async function race(count: number, request: (client: number, n: number) => Promise<number>) {
  const statuses: Record<number, number> = {};
  let next = 0;
  const run = async (_: Pool, client: number) => {
    while (next < count) {
      const status = await request(client, next++);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(clients.map(run));
  return statuses;
}

const recordsWith = async (email: string) =>
  (await database.owner.query("SELECT version FROM haven.records WHERE lower(data ->> 'email') = $1", [email])).rows;

/** All in one test: processes are ended after each test. */
it(
  'lets eight clients of two processes upsert, create and delete one value at once, and keeps it unique',
  async () => {
    await upsertOneValue();
    await changeOneValue();
    await createOneValue();
  },
  TIMEOUT_MS,
);

/** There is one record with all versions, and no request fails. */
async function upsertOneValue(): Promise<void> {
  const from = performance.now();
  const statuses = await race(UPSERTS, (client, n) =>
    send(client, 'PUT', `${USERS}/records/by/email/${n % 2 === 0 ? 'HOT' : 'hot'}`, { data: { n } }),
  );
  console.log(`${UPSERTS} upserts of one value: ${Math.round(UPSERTS / ((performance.now() - from) / 1_000))}/s`);
  expect(statuses).toEqual({ 200: UPSERTS - 1, 201: 1 });
  expect(await recordsWith('hot')).toEqual([{ version: UPSERTS }]);
}

/** There are never two records, and the only errors are 404 and 409. */
async function changeOneValue(): Promise<void> {
  const by = `${USERS}/records/by/email/both`;
  const statuses = await race(400, (client, n) => {
    if (n % 5 === 0) return send(client, 'DELETE', by);
    return n % 3 === 0
      ? send(client, 'POST', `${USERS}/records`, { data: { email: 'both' } })
      : send(client, 'PUT', by, { data: { n } });
  });
  const expected = ['200', '201', '204', '404', '409'];
  expect(Object.keys(statuses).filter((status) => !expected.includes(status))).toEqual([]);
  expect((await recordsWith('both')).length).toBeLessThanOrEqual(1);
}

/** One request of 20 creates the record, and all others are refused. */
async function createOneValue(): Promise<void> {
  for (let round = 0; round < 10; round++) {
    const data = { email: `raced ${round}` };
    const create = (_: unknown, n: number) => send(n, 'POST', `${USERS}/records`, { data });
    const statuses = await Promise.all(Array.from({ length: 20 }, create));
    expect(statuses.toSorted((one, other) => one - other)).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    expect(await recordsWith(data.email)).toHaveLength(1);
  }
}
