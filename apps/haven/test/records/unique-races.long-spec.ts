import { afterAll, beforeAll, expect, it } from 'vitest';

import { RacingClients } from '../support/racing-clients.js';

const USERS = '/collections/users';
const UPSERTS = 1_000;
const TIMEOUT_MS = 120_000;

let clients: RacingClients;

beforeAll(async () => {
  clients = await RacingClients.start();
  const declared = await send(0, 'PUT', USERS, { indexes: [{ path: 'email', unique: true, caseless: true }] });
  expect(declared).toBe(201);
});

afterAll(() => clients.stop());

const send = async (...request: Parameters<RacingClients['send']>): Promise<number> =>
  (await clients.send(...request)).status;

/** Sends a number of requests, of which each client has at most one at a time, and counts their statuses. */
async function race(count: number, request: (client: number, n: number) => Promise<number>) {
  const statuses: Record<number, number> = {};
  await clients.race(count, async (client, n) => {
    const status = await request(client, n);
    statuses[status] = (statuses[status] ?? 0) + 1;
  });
  return statuses;
}

const recordsWith = async (email: string) =>
  (await clients.database.owner.query("SELECT version FROM haven.records WHERE lower(data ->> 'email') = $1", [email]))
    .rows;

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
