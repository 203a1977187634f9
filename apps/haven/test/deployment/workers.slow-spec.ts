import { execFileSync } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { at, haven } from '../support/process.js';
import type { HavenProcess } from '../support/process.js';
import { openTestDatabase } from '../support/test-database.js';
import type { TestDatabase } from '../support/test-database.js';

const PATIENCE = { timeout: 60_000, interval: 100 };
const JSON_BODY = { 'content-type': 'application/json' };
const TWO = { HAVEN_SERVER_WORKERS: '2' };

/** Headers that use a new connection for each request: the parent assigns each connection to the next worker. */
const CLOSE = { connection: 'close' };

let database: TestDatabase;

const rows = async (sql: string): Promise<any[]> => (await database.owner.query(sql)).rows;
const records = (origin: string): string => `${origin}/api/v1/collections/movies/records`;

async function makeCollection(origin: string): Promise<void> {
  const made = await fetch(`${origin}/api/v1/collections/movies`, { method: 'PUT', body: '{}', headers: JSON_BODY });
  expect(made.status).toBe(201);
}

/** Timeout of a request. A connection that is assigned to a worker while it is killed may never get a response. */
const GIVE_UP_MS = 20_000;

function create(origin: string, n: number, signal = AbortSignal.timeout(GIVE_UP_MS)): Promise<Response> {
  return fetch(records(origin), {
    signal,
    method: 'POST',
    body: JSON.stringify({ data: { n } }),
    headers: { ...JSON_BODY, ...CLOSE },
  });
}

/** Returns the process ids of a parent's workers, from the operating system. */
function workersOf({ child }: HavenProcess): number[] {
  const list = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  const ours = list.map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)/.exec(line) ?? []);
  return ours
    .filter(([, , parent, args]) => Number(parent) === child.pid && args?.includes('cli.js'))
    .map(([, pid]) => Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

beforeEach(async () => {
  database = await openTestDatabase();
});

afterEach(async () => {
  await database.drop();
});

// Each test starts several processes, on a machine that is busy with other tests.
describe('two workers', { timeout: 240_000 }, () => {
  it('share one port, log their number, and stop together, and others report that the port is in use', async () => {
    const two = haven(['start'], { ...at(database.address), ...TWO });
    const origin = await two.origin;
    const { port } = new URL(origin);
    const refused = await haven(['start'], { ...at(database.address), ...TWO, PORT: port }).ended;
    expect(refused).toMatchObject({ code: 1, stderr: `Port ${port} is in use; set PORT to another.\n` });
    await makeCollection(origin);
    expect(workersOf(two)).toHaveLength(2);
    for (let n = 0; n < 10; n++) expect((await create(origin, n)).status).toBe(201);

    two.child.kill('SIGTERM');
    const { code, stdout, stderr } = await two.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.filter(({ message }) => message === 'Haven listens')).toHaveLength(1);
    const asked = lines.filter((line) => /\/records/.test(JSON.stringify(line)));
    expect(new Set(asked.map(({ worker }) => worker).filter(Boolean)), 'both have answered').toEqual(new Set([1, 2]));
    expect(stdout).toContain('Each of the 2 workers counts rate limits separately');
  });

  it("receive each other's changes, and end with their parent, even if it is killed", async () => {
    const two = haven(['start'], { ...at(database.address), ...TWO });
    const origin = await two.origin;
    await makeCollection(origin);
    // Each worker has one of the streams, and one of them writes.
    const over = new AbortController();
    const streams = await Promise.all(
      [1, 2].map(() =>
        fetch(`${origin}/api/v1/changes`, { headers: { accept: 'text/event-stream', ...CLOSE }, signal: over.signal }),
      ),
    );
    const received = streams.map(async ({ body }) => {
      let text = '';
      for await (const chunk of body ?? []) {
        text += Buffer.from(chunk).toString();
        if (/"n": ?7/.test(text)) return true;
      }
      return false;
    });
    expect((await create(origin, 7)).status).toBe(201);
    expect(await Promise.all(received)).toEqual([true, true]);
    over.abort();

    const workers = workersOf(two);
    expect(workers).toHaveLength(2);
    two.child.kill('SIGKILL');
    await vi.waitFor(() => expect(workers.filter(isAlive)).toEqual([]), PATIENCE);
  });

  it('lose no acknowledged write when one is killed, and the port stays available', async () => {
    const two = haven(['start'], { ...at(database.address), ...TWO });
    const origin = await two.origin;
    await makeCollection(origin);
    const [victim = 0, other = 0] = workersOf(two);
    const acknowledged: number[] = [];
    const over = new AbortController();
    const write = async (from: number): Promise<void> => {
      for (let n = from; !over.signal.aborted; n += 4) {
        const status = await create(origin, n, AbortSignal.any([over.signal, AbortSignal.timeout(GIVE_UP_MS)])).then(
          (answer) => answer.status,
          () => 0,
        ); // 0 if the connection failed, because it was assigned to the killed worker, or if the test is over
        if (status === 201) acknowledged.push(n);
      }
    };
    const writers = [0, 1, 2, 3].map(write);
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(40), PATIENCE);
    process.kill(victim, 'SIGKILL');
    await vi.waitFor(() => expect(workersOf(two)).not.toContain(victim), PATIENCE);
    const before = acknowledged.length;
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(before + 40), PATIENCE);
    await vi.waitFor(() => expect(workersOf(two)).toHaveLength(2), PATIENCE);
    expect(workersOf(two), 'the other went on').toContain(other);
    over.abort();
    await Promise.all(writers);

    const kept = new Set((await rows(`SELECT (data ->> 'n')::int AS n FROM haven.records`)).map(({ n }) => n));
    expect(acknowledged.filter((n) => !kept.has(n))).toEqual([]);
    two.child.kill('SIGTERM');
    const { code, stdout } = await two.ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/Worker \d ended \(SIGKILL\); another starts in 100 ms/);
  });

  it('finish running requests when they are stopped', async () => {
    const two = haven(['start'], { ...at(database.address), ...TWO, HAVEN_SERVER_DRAIN_DELAY: '3s' });
    const origin = await two.origin;
    await makeCollection(origin);
    const statuses: (number | string)[] = [];
    let draining = false;
    const write = async (from: number): Promise<void> => {
      for (let n = from; !draining; n += 4) {
        statuses.push(await create(origin, n).then((answer) => answer.status, String));
        const ready = await fetch(`${origin}/readyz`, { headers: CLOSE }).then(({ status }) => status, String);
        draining = ready !== 200; // a load balancer would send no more requests now
      }
    };
    const writers = [0, 1, 2, 3].map(write);
    await vi.waitFor(() => expect(statuses.length).toBeGreaterThan(20), PATIENCE);
    two.child.kill('SIGTERM');
    await Promise.all(writers);
    expect(await two.ended).toMatchObject({ code: 0, stderr: '' });
    expect(new Set(statuses)).toEqual(new Set([201]));
    expect(await rows('SELECT FROM haven.records')).toHaveLength(statuses.length);
  });

  it('show the first key once', async () => {
    const two = haven(['start'], {
      ...at(database.address),
      ...TWO,
      HAVEN_ENV: 'production',
      HAVEN_SERVER_DRAIN_DELAY: '0s',
    });
    await two.origin;
    two.child.kill('SIGTERM');
    expect((await two.ended).stdout.match(/hvn_[0-9a-f]{16}_[0-9a-f]{64}/g)).toHaveLength(1);
  });
});

it('use one embedded database, which accepts all their connections and stops last', async () => {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'haven-test-')));
  const many = haven(['start'], {
    HAVEN_DATA_DIR: join(directory, 'data'),
    HAVEN_SERVER_WORKERS: '2',
    HAVEN_DATABASE_POOL_SIZE: '30',
  });
  const origin = await many.origin;
  await makeCollection(origin);
  const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => create(origin, n)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
  many.child.kill('SIGTERM');
  const { code, stdout } = await many.ended;
  expect(code).toBe(0);
  expect(stdout, 'there are enough connections').not.toContain('may open');
  const dataDir = await realpath(join(directory, 'data'));
  for (const each of [dataDir, directory]) await rm(each, { recursive: true, force: true });
});
