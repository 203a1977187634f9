import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { AdminListenError } from '@haven/observability';

import { createApp } from '../../src/app.js';
import { Server } from '../../src/server.js';
import { startHaven, testConfig } from '../support/haven.js';
import { at } from '../support/process.js';

const haven = startHaven();
const occupied = createServer();

beforeAll(() => new Promise<void>((listening) => occupied.listen(0, '127.0.0.1', listening)));
afterAll(() => new Promise((closed) => occupied.close(closed)));

const taken = () => [`metrics.port=${(occupied.address() as AddressInfo).port}`, 'metrics.host=127.0.0.1'];

async function connections(): Promise<number> {
  const [row] = await haven.sql(
    "SELECT count(*)::integer AS count FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'haven-%'",
  );
  return row.count;
}

it('closes all connections if the start fails', async () => {
  // One connection each for leader election, maintenance, LISTEN, credential invalidation and webhooks.
  await vi.waitFor(async () => expect(await connections()).toBe(5));
  await expect(createApp(testConfig(taken()), haven.address)).rejects.toBeInstanceOf(AdminListenError);
  await vi.waitFor(async () => expect(await connections()).toBe(5));
});

it('names the port that is in use', async () => {
  const settings = [`database.url=${at(haven.address).DATABASE_URL}`, ...taken()];
  await expect(Server.start(testConfig(settings))).rejects.toThrow(
    /^Port \d+ is in use; set HAVEN_METRICS_PORT to another\.$/,
  );
});
