import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { scopeNames } from '@haven/kernel';

import { at, haven } from '../support/process.js';
import type { HavenProcess } from '../support/process.js';
import { RawClient } from '../support/raw-client.js';
import { openTestDatabase } from '../support/test-database.js';
import type { TestDatabase } from '../support/test-database.js';

const MIB = 1024 * 1024;
const PATIENCE = { timeout: 60_000, interval: 50 };

/** Pause between the reads of the other tenant, so that they do not take most of the time of the process. */
const READ_EVERY_MS = 25;

/** 16 MiB of empty arrays in a GraphQL body; parsed, they would take about 300 MB. */
const EMPTIES = `{"variables":{"a":[${'[],'.repeat(Math.floor((16 * MIB) / 3) - 20)}[]]}}`;

let database: TestDatabase;
let running: HavenProcess;
let origin: string;
let reader: string;
let attacker: string;
const clients: RawClient[] = [];

async function call(method: string, path: string, key: string, body?: unknown): Promise<Response> {
  return fetch(`${origin}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

beforeAll(async () => {
  database = await openTestDatabase();
});

/** Starts a process for each test: the test support kills all processes when a test ends. */
beforeEach(async () => {
  running = haven(['start'], {
    ...at(database.address),
    NODE_OPTIONS: '--max-old-space-size=512',
    HAVEN_AUTH_OPEN: 'false',
    HAVEN_CONNECTIONS_TRANSFER_TIMEOUT: '5s',
    HAVEN_OVERLOAD_EVENT_LOOP_DELAY: '10s', // a machine that is busy with other tests would cause 503s
  });
  origin = await running.origin;
  [reader = '', attacker = ''] = await Promise.all([1, 2].map(createTenant));
  expect((await call('POST', '/api/v1/collections', reader, { name: 'films' })).status).toBe(201);
  expect((await call('POST', '/api/v1/collections/films/records', reader, { data: { a: 1 } })).status).toBe(201);
}, 60_000);

afterEach(async () => {
  for (const client of clients) client.end();
  await Promise.all(clients.splice(0).map(({ closed }) => closed));
});

afterAll(async () => {
  await database.drop();
});

/** Returns a key of a new tenant. */
async function createTenant(): Promise<string> {
  const [tenant, id, secret] = [randomUUID(), randomBytes(8).toString('hex'), randomBytes(32).toString('hex')];
  await database.owner.query("INSERT INTO haven.tenants VALUES ($1, $1::uuid::text, 'active', 1, now(), now())", [
    tenant,
  ]);
  await database.owner.query(
    `INSERT INTO haven.api_keys (tenant_id, id, name, scopes, hash, created_at)
     VALUES ($1, $2, 'test', $3, sha256(convert_to($4, 'UTF8')), now())`,
    [tenant, id, scopeNames.filter((scope) => scope !== 'operator'), secret],
  );
  return `hvn_${id}_${secret}`;
}

/**
 * Sends the header of a request and `start` of its body, `times` times one after the other, as fast as the process
 * reads it. Stops when a response arrives.
 */
async function send(path: string, length: number, start: string, times = 1): Promise<RawClient> {
  const client = new RawClient(origin);
  clients.push(client);
  client.send([
    `POST ${path} HTTP/1.1`,
    'Host: haven',
    'Content-Type: application/json',
    `Content-Length: ${length}`,
    `Authorization: Bearer ${attacker}`,
  ]);
  for (let n = 0; n < times && client.socket.writable && client.socket.bytesRead === 0; n++)
    if (!client.socket.write(start)) await Promise.race([client.drained(), client.closed]);
  return client;
}

/** Reads as another tenant while `attack` runs. Returns the statuses of all reads and probes. */
async function readDuring(attack: Promise<unknown>): Promise<Set<number>> {
  const statuses = new Set<number>();
  const progress = { isOver: false };
  const ended = attack.finally(() => (progress.isOver = true));
  do {
    const reads = [call('GET', '/api/v1/collections/films/records', reader), fetch(`${origin}/livez`)];
    for (const response of await Promise.all(reads)) {
      statuses.add(response.status);
      await response.text();
    }
    await delay(READ_EVERY_MS);
  } while (!progress.isOver);
  await ended;
  return statuses;
}

async function held(): Promise<number> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  return Number(/^haven_http_body_held_bytes(?:\{[^}]*\})? (\S+)$/m.exec(text)?.[1] ?? Number.NaN);
}

/** Three at once, several times: empty arrays, with and without a document that may have a large body. */
async function sendEmpties(): Promise<number[]> {
  const batch = '{"query":"mutation{batch(operations:[]){results{id}}}",';
  const statuses: number[] = [];
  for (const text of [EMPTIES, batch + EMPTIES.slice(1), EMPTIES]) {
    const three = Array.from({ length: 3 }, async () => {
      const client = await send('/graphql', text.length, text);
      return (await client.response()).status;
    });
    statuses.push(...(await Promise.all(three)));
  }
  return statuses;
}

/** Sends 15 MB over each of many connections and then one byte at a time, until each connection has a response. */
async function trickle(connections: number): Promise<number[]> {
  const piece = ' '.repeat(MIB);
  const all = Array.from({ length: connections }, async () => {
    const client = await send('/api/v1/batch', 16 * MIB, piece, 15);
    const clock = setInterval(() => client.socket.writable && client.socket.write(' '), 250);
    return (await client.response().finally(() => clearInterval(clock))).status;
  });
  return Promise.all(all);
}

describe('a process with a heap of 512 MB stays alive and serves other tenants while a tenant sends', () => {
  const expectAlive = async (): Promise<void> => {
    for (const client of clients) client.end();
    await expect.poll(held, PATIENCE).toBe(0);
    expect([running.child.exitCode, running.child.signalCode]).toEqual([null, null]);
  };

  it('bodies of empty arrays', { timeout: 120_000 }, async () => {
    const attack = sendEmpties();
    expect(await readDuring(attack)).toEqual(new Set([200]));
    const statuses = await attack;
    expect(statuses).toHaveLength(9);
    for (const status of statuses) expect([413, 422, 429]).toContain(status);
    await expectAlive();
  });

  it('large bodies that never end', { timeout: 120_000 }, async () => {
    const attack = trickle(60);
    expect(await readDuring(attack)).toEqual(new Set([200]));
    const statuses = await attack;
    expect(statuses).toHaveLength(60);
    expect(statuses.filter((status) => status === 408).length).toBeLessThanOrEqual(4); // 64 MiB hold four such bodies
    for (const status of statuses) expect([408, 429]).toContain(status);
    await expectAlive();
  });

  it('both at once', { timeout: 120_000 }, async () => {
    const attack = Promise.all([trickle(20), sendEmpties()]);
    expect(await readDuring(attack)).toEqual(new Set([200]));
    for (const status of (await attack).flat()) expect([408, 413, 422, 429]).toContain(status);
    await expectAlive();
  });
});
