import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';

import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { at, haven } from '../support/process.js';
import { openTestDatabase } from '../support/test-database.js';
import type { TestDatabase } from '../support/test-database.js';

const PATIENCE = { timeout: 60_000, interval: 20 };

let database: TestDatabase;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => {
  agent.destroy();
  await database.drop();
});

/** Sends a request over the agent's kept-alive connection, or over a new connection if that one was closed. */
const ask = (address: string) =>
  new Promise<IncomingMessage>((done, fail) => {
    const onResponse = (response: IncomingMessage) => response.resume().once('end', () => done(response));
    request(address, { agent }, onResponse).once('error', fail).end();
  });

it('keeps serving while it drains, and closes each connection after its next response', async () => {
  const { child, origin } = haven(['start'], { ...at(database.address), HAVEN_SERVER_DRAIN_DELAY: '10m' });
  const collections = `${await origin}/api/v1/collections`;
  expect((await ask(collections)).headers.connection).toBe('keep-alive');
  child.kill('SIGTERM');
  await vi.waitFor(async () => expect((await ask(collections)).headers.connection).toBe('close'), PATIENCE);
  expect((await ask(collections)).statusCode).toBe(200);
});
