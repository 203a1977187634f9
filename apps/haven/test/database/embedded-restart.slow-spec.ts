import { spawnSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client } from 'pg';
import { afterAll, afterEach, expect, describe, it, vi } from 'vitest';

import { openStream } from '../support/change-streams.js';
import { haven } from '../support/process.js';
import type { HavenProcess } from '../support/process.js';
import { describeWith } from '../support/programs.js';
import { startReceiver } from '../support/webhook-receiver.js';

const PATIENCE = { timeout: 60_000, interval: 20 };
const JSON_BODY = { 'content-type': 'application/json' };
const RECORDS = '/api/v1/collections/notes/records';

const scratch = mkdtempSync(join(tmpdir(), 'haven-supervised-'));
chmodSync(scratch, 0o755); // as root, the tests run PostgreSQL as another user
let processes: ReturnType<typeof startOn>[] = [];

/** Starts Haven with the embedded server in `dataDir`. */
function startOn(dataDir: string, settings: Record<string, string> = {}): HavenProcess & { log: () => string } {
  const started = haven(['start'], { HAVEN_DATA_DIR: dataDir, ...settings });
  let log = '';
  started.child.stdout?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const withLog = { ...started, log: () => log };
  processes.push(withLog);
  return withLog;
}

async function stopAll(): Promise<void> {
  for (const { child } of processes) child.kill('SIGTERM');
  await Promise.all(processes.map(({ ended }) => ended));
  processes = [];
}

async function send(address: string, method: string, body?: object): Promise<{ status: number; json: any }> {
  const response = await fetch(address, { method, headers: JSON_BODY, body: body && JSON.stringify(body) });
  return { status: response.status, json: await response.json() };
}

const create = (origin: string, data: object) => send(origin + RECORDS, 'POST', { data });

/** Repeats a write with the same id until it succeeds. Until then, each response must be 503 UNAVAILABLE. */
async function createEventually(origin: string, data: object): Promise<string> {
  const id = randomUUID();
  const failures = new Set<string>();
  await vi.waitFor(async () => {
    const { status, json } = await send(origin + RECORDS, 'POST', { id, data });
    if (status !== 201 && status !== 409) failures.add(`${status} ${json.code}`);
    expect([201, 409]).toContain(status); // 409 if the response of an attempt was lost
  }, PATIENCE);
  expect([...failures].filter((failure) => failure !== '503 UNAVAILABLE')).toEqual([]);
  return id;
}

const postmasterOf = (dataDir: string): number =>
  Number(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);

const startsIn = (...all: { log: () => string }[]): number =>
  all.flatMap(({ log }) => log().match(/"Started PostgreSQL/g) ?? []).length;

afterEach(stopAll);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('two Haven processes that share an embedded server', () => {
  it('keep running when it is killed, and serve reads, writes, changes and webhooks again', async () => {
    const dataDir = join(scratch, 'shared');
    const one = startOn(dataDir);
    const origins = [await one.origin];
    const two = startOn(dataDir);
    origins.push(await two.origin);
    const [first = '', second = ''] = origins;
    const receiver = await startReceiver();
    expect((await send(`${first}/api/v1/collections/notes`, 'PUT', {})).status).toBe(201);
    expect((await send(`${first}/api/v1/webhooks`, 'POST', { url: receiver.url() })).status).toBe(201);
    const ids = [(await create(first, { n: 0 })).json.id as string];
    const stream = await openStream(`${second}/api/v1/changes?after=earliest`, {});

    for (const times of [1, 2]) {
      process.kill(postmasterOf(dataDir), 'SIGKILL');
      for (const origin of origins) ids.push(await createEventually(origin, { times }));
      for (const origin of origins) {
        await vi.waitFor(async () => {
          for (const id of ids) expect((await send(`${origin}${RECORDS}/${id}`, 'GET')).status).toBe(200);
          expect((await fetch(`${origin}/readyz`)).status).toBe(200);
        }, PATIENCE);
      }
      await vi.waitFor(() => expect(startsIn(one, two)).toBe(times), PATIENCE);
      const known = [...ids];
      await vi.waitFor(async () => {
        const { json } = await send(`${second}/api/v1/changes?after=earliest&limit=500`, 'GET');
        expect(json.items.map((item: { recordId: string }) => item.recordId).sort()).toEqual(known.toSorted());
      }, PATIENCE);
      await vi.waitFor(
        () => expect(new Set(receiver.delivered().map(({ data }) => data.recordId))).toEqual(new Set(known)),
        PATIENCE,
      );
    }

    const resumed = await openStream(`${second}/api/v1/changes?after=${stream.lastEventId || 'earliest'}`, {});
    const seen = () => new Set([...stream.events, ...resumed.events].map(({ data }) => data.recordId));
    await vi.waitFor(() => expect(ids.filter((id) => !seen().has(id))).toEqual([]), PATIENCE);
    expect([one.child.exitCode, two.child.exitCode]).toEqual([null, null]);
    stream.close();
    resumed.close();
    await receiver.stop();
  });
});

describeWith('mount', 'an embedded server on a full disk', () => {
  const disk = join(scratch, 'disk');
  const filler = join(disk, 'filler');

  afterAll(() => void spawnSync('umount', ['--lazy', disk]));

  /** Fills the disk. `dd` fails when it is full. */
  const fill = (): void =>
    void spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4k', 'oflag=append', 'conv=notrunc'], {
      stdio: 'ignore',
    });

  it('serves reads, refuses writes, and recovers by itself when there is space, even after it has ended', async () => {
    mkdirSync(disk);
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=192m,mode=0755', 'tmpfs', disk]).status).toBe(0);
    const dataDir = join(disk, 'data');
    const full = startOn(dataDir);
    const origin = await full.origin;
    expect((await send(`${origin}/api/v1/collections/notes`, 'PUT', {})).status).toBe(201);
    const { json: kept } = await create(origin, { n: 0 });
    const read = () => send(`${origin}${RECORDS}/${kept.id}`, 'GET');

    fill();
    const refused = await vi.waitFor(async () => {
      const { status, json } = await create(origin, { text: randomBytes(200_000).toString('base64') });
      expect(status).toBe(503);
      return json;
    }, PATIENCE);
    expect(refused).toMatchObject({
      code: 'UNAVAILABLE',
      detail: 'The disk of the database server is full; nothing was written.',
    });
    expect((await read()).status).toBe(200);

    // Without space for its WAL, PostgreSQL ends, and cannot recover.
    await exhaustWal(join(dataDir, 'run'));
    await vi.waitFor(() => expect(full.log()).toMatch(/could not be started.*bytes free; free some space/), PATIENCE);
    expect(await create(origin, { n: 1 })).toMatchObject({ status: 503, json: { code: 'UNAVAILABLE' } });

    rmSync(filler);
    const id = await createEventually(origin, { n: 2 });
    for (const each of [kept.id as string, id])
      expect((await send(`${origin}${RECORDS}/${each}`, 'GET')).status).toBe(200);
    expect(full.child.exitCode).toBe(null);
    await stopAll();
  });
});

/** Writes to the WAL until PostgreSQL has no space for its next segment. */
async function exhaustWal(host: string): Promise<void> {
  const client = new Client({ host, port: 5432, user: 'haven', database: 'postgres' });
  client.on('error', () => undefined); // the connection breaks
  await client.connect();
  const write = "SELECT pg_logical_emit_message(false, 'test', repeat('x', 1000000))";
  const writeOn = (): Promise<unknown> => client.query(write).then(writeOn);
  await writeOn().catch(() => undefined); // the connection is broken
  await client.end().catch(() => undefined); // it may be broken
}
