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
const COLLECTIONS = '/api/v1/collections';
const CLIENTS = 8;
const PAIRS = 10_000;
const RULES = ['restrict', 'setNull', 'cascade'] as const;
const TIMEOUT_MS = 600_000;

let database: TestDatabase;
/** Eight clients of two processes. */
let clients: Pool[];

beforeAll(async () => {
  database = await openTestDatabase();
  const env = { ...at(database.address), ...NO_LIMITS };
  const first = await haven(['start'], env).origin; // it migrates
  const second = await haven(['start'], env).origin;
  clients = Array.from({ length: CLIENTS }, (_, n) => new Pool(n % 2 === 0 ? first : second, { connections: 2 }));
  await declare('targets', {});
  for (const rule of RULES) {
    const link = { type: ['string', 'null'], 'x-haven-ref': { collection: 'targets', onDelete: rule } };
    await declare(rule.toLowerCase(), {
      link,
      links: { type: 'array', items: { type: 'string', 'x-haven-ref': { collection: 'targets', onDelete: rule } } },
    });
  }
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  killProcesses();
  await database.drop();
});

async function declare(name: string, properties: object): Promise<void> {
  const { status } = await send(0, 'PUT', `${COLLECTIONS}/${name}`, { schema: { type: 'object', properties } });
  expect(status).toBe(201);
}

async function send(
  client: number,
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'GET',
  path: string,
  body?: object,
): Promise<{ status: number; body: any }> {
  const headers = body && { 'content-type': 'application/json' };
  const text = body && JSON.stringify(body);
  const response = await clients[client % CLIENTS]!.request({ method, path, headers, body: text });
  const content = await response.body.text();
  return { status: response.statusCode, body: content === '' ? null : JSON.parse(content) };
}

/** Runs `work` a number of times, of which each client has at most one at a time. */
async function race(count: number, work: (client: number, n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const run = async (_: Pool, client: number) => {
    while (next < count) await work(client, next++);
  };
  await Promise.all(clients.map(run));
}

/** All in one test: processes are ended after each test. */
it(
  'never leaves a link to a deleted record, and lets records link to one that is being patched',
  async () => {
    await linkAndDelete();
    await linkAndPatch();
  },
  TIMEOUT_MS,
);

/** Each pair creates a target, and then links to it and deletes it at the same time. */
async function linkAndDelete(): Promise<void> {
  const counts: Record<string, number> = {};
  const from = performance.now();
  await race(PAIRS, async (client, n) => {
    const { body: target } = await send(client, 'POST', `${COLLECTIONS}/targets/records`, { data: { n } });
    const rule = RULES[n % RULES.length] ?? 'restrict';
    const data = n % 2 === 0 ? { link: target.id } : { links: [target.id] };
    const records = `${COLLECTIONS}/${rule.toLowerCase()}/records`;
    const [linked, deleted] = await Promise.all([
      send(client + 1, 'POST', records, { data }),
      send(client, 'DELETE', `${COLLECTIONS}/targets/records/${target.id}`),
    ]);
    const outcome = `${rule} ${linked.status} ${deleted.status}`;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  });
  const seconds = (performance.now() - from) / 1_000;
  console.log(`${PAIRS} racing pairs in ${Math.round(seconds)} s: ${JSON.stringify(counts)}`);
  const possible = RULES.flatMap((rule) => [
    `${rule} 422 204`,
    rule === 'restrict' ? 'restrict 201 409' : `${rule} 201 204`,
  ]);
  expect(Object.keys(counts).filter((outcome) => !possible.includes(outcome))).toEqual([]);
  expect(await danglingLinks()).toEqual([]);
  const { code, stdout } = await haven(['verify'], at(database.address)).ended;
  expect(code, stdout).toBe(0);
}

/** Eight clients link to one record while it is patched: nobody is refused, and no patch is lost. */
async function linkAndPatch(): Promise<void> {
  const { body: target } = await send(0, 'POST', `${COLLECTIONS}/targets/records`, { data: { n: 0 } });
  const statuses = new Set<number>();
  await race(1_600, async (client, n) => {
    const { status } =
      client === 0
        ? await send(client, 'PATCH', `${COLLECTIONS}/targets/records/${target.id}`, { data: { n } })
        : await send(client, 'POST', `${COLLECTIONS}/restrict/records`, { data: { link: target.id } });
    statuses.add(status);
  });
  expect([...statuses].toSorted()).toEqual([200, 201]);
}

/** Returns the links of live records that lead to no live record. */
const danglingLinks = async () =>
  (
    await database.owner.query(`
SELECT r.id, link FROM haven.records AS r
CROSS JOIN LATERAL (
  SELECT r.data ->> 'link' AS link UNION ALL SELECT * FROM jsonb_array_elements_text(coalesce(r.data -> 'links', '[]'))
) AS l
WHERE r.data IS NOT NULL AND link IS NOT NULL
  AND NOT EXISTS (SELECT FROM haven.records AS t WHERE t.id = link::uuid AND t.data IS NOT NULL)`)
  ).rows;
