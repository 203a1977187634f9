import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { at, haven } from './support/process.js';
import { openTestDatabase } from './support/test-database.js';
import type { TestDatabase } from './support/test-database.js';

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

const start = (drainDelay: string) =>
  haven(['start'], { ...at(database.address), HAVEN_SERVER_DRAIN_DELAY: drainDelay });

/** An answer over the connection that is kept, or over a new one once that is closed. */
const ask = (address: string) =>
  new Promise<IncomingMessage>((done, fail) => {
    const answered = (answer: IncomingMessage) => answer.resume().once('end', () => done(answer));
    request(address, { agent }, answered).once('error', fail).end();
  });

it('a server that drains serves on, and closes each connection with its next answer', async () => {
  const { child, origin } = start('10m');
  const collections = `${await origin}/api/v1/collections`;
  expect((await ask(collections)).headers.connection).toBe('keep-alive');
  child.kill('SIGTERM');
  await vi.waitFor(async () => expect((await ask(collections)).headers.connection).toBe('close'), PATIENCE);
  expect((await ask(collections)).statusCode).toBe(200);
});

it('a request that had begun to arrive when the server closed is answered', async () => {
  const { child, origin, ended } = start('0s');
  const { port } = new URL(await origin);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write('GET /api/v1/collections HTTP/1.1\r\n');
  await ask(`${await origin}/livez`); // so the line above has been read
  child.kill('SIGTERM');
  const refused = async () =>
    expect(await once(connect(Number(port), '127.0.0.1'), 'connect').catch(() => 'no')).toBe('no');
  await vi.waitFor(refused, PATIENCE);
  socket.end('Host: haven\r\n\r\n');
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
});
