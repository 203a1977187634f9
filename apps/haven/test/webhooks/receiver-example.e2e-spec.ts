import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { startHaven } from '../support/haven.js';

/** Retries every second, for longer than a busy machine takes to start a process. */
const haven = startHaven([`webhooks.schedule=${Array(50).fill('1s').join(',')}`], { keys: true });
const PATIENCE_MS = 60_000;
const children: ChildProcess[] = [];
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'haven-receiver-'));
  await haven.rest('POST', '/collections', { name: 'films' });
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(directory, { recursive: true });
});

/** Starts receiver.ts; returns its port, the changes it has applied, and a function to kill it. */
async function started(secret: string, port = 0) {
  const args = ['examples/typescript/receiver.ts', join(directory, 'copy.sqlite'), String(port)];
  const child = spawn(process.execPath, args, { env: { ...process.env, WEBHOOK_SECRET: secret } });
  children.push(child);
  const ended = once(child, 'exit');
  let [output, problems] = ['', ''];
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (problems += chunk));
  const at = await vi.waitFor(() => {
    const [, found] = /^listening on (\d+)$/m.exec(output) ?? [];
    expect(found, problems).toBeDefined();
    return Number(found);
  }, PATIENCE_MS);
  return {
    port: at,
    applied: () => output.split('\n').filter((line) => line.startsWith('record.')),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

const create = async (): Promise<string> =>
  (await haven.rest('POST', '/collections/films/records', { data: { n: 1 } })).body.id;
const change = (id: string, n: number) => haven.rest('PATCH', `/collections/films/records/${id}`, { data: { n } });

it(
  'runs receiver.ts, which misses nothing, applies nothing twice, and rejects forged requests',
  async () => {
    const { id: webhook, secret } = (
      await haven.rest('POST', '/webhooks', { url: 'http://127.0.0.1:1/', paused: true })
    ).body;
    const first = await started(secret);
    const url = `http://127.0.0.1:${first.port}/`;
    await haven.rest('PATCH', `/webhooks/${webhook}`, { url, paused: false });
    expect((await haven.rest('POST', `/webhooks/${webhook}/test`)).body.status).toBe(204);
    const id = await create();
    await change(id, 2);
    await vi.waitFor(
      () => expect(first.applied()).toEqual([`record.created ${id} 1`, `record.updated ${id} 2`]),
      PATIENCE_MS,
    );
    await first.kill();

    await change(id, 3); // this change is made while the receiver is not running
    await haven.rest('DELETE', `/collections/films/records/${id}`);
    const second = await started(secret, first.port);
    const rest = [`record.updated ${id} 3`, `record.deleted ${id} 4`];
    await vi.waitFor(() => expect(second.applied()).toEqual(rest), PATIENCE_MS);

    expect((await haven.rest('POST', `/webhooks/${webhook}/replay`, { after: 'earliest' })).status).toBe(202);
    await vi.waitFor(async () => {
      expect((await haven.rest('GET', `/webhooks/${webhook}/status`)).body.replaying).toBe(false);
      const { items } = (await haven.rest('GET', `/webhooks/${webhook}/deliveries?state=delivered`)).body;
      expect(items).toHaveLength(4);
      for (const { attempts } of items) expect(attempts.length).toBeGreaterThan(1);
    }, PATIENCE_MS);
    expect(second.applied()).toEqual(rest);

    const headers = { 'webhook-id': 'x', 'webhook-timestamp': String(Math.floor(Date.now() / 1_000)) };
    const signature = `v1,${Buffer.alloc(32).toString('base64')}`;
    const forged = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'webhook-signature': signature },
      body: '{}',
    });
    expect(forged.status).toBe(401);
    await second.kill();
  },
  4 * PATIENCE_MS,
);
