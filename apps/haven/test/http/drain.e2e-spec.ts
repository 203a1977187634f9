import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';

import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { at, haven } from '../support/process.js';
import { openTestDatabase } from '../support/test-database.js';
import type { TestDatabase } from '../support/test-database.js';

const PATIENCE = { timeout: 60_000, interval: 20 };

/** Variables that Kubernetes sets for a Service named `haven`. Haven ignores them, with one line in the log. */
const SERVICE_LINKS = { HAVEN_PORT: 'tcp://10.96.0.7:80', HAVEN_SERVICE_HOST: '10.96.0.7' };

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

it('starts with the service links of Kubernetes, keeps serving while it drains, and closes each connection after its next response', async () => {
  const env = { ...at(database.address), HAVEN_SERVER_DRAIN_DELAY: '10m', ...SERVICE_LINKS };
  const { child, origin, ended } = haven(['start'], env);
  const collections = `${await origin}/api/v1/collections`;
  expect((await ask(collections)).headers.connection).toBe('keep-alive');
  child.kill('SIGTERM');
  await vi.waitFor(async () => expect((await ask(collections)).headers.connection).toBe('close'), PATIENCE);
  expect((await ask(collections)).statusCode).toBe(200);
  child.kill('SIGKILL');
  const { stdout } = await ended;
  expect(stdout.match(/Ignored variables[^"]*/g)).toEqual([
    'Ignored variables that the platform sets for a Service or link: HAVEN_PORT, HAVEN_SERVICE_HOST',
  ]);
});
