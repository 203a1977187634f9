import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { request } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { startHaven } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';

/**
 * The default limits on connections apply. The limit of the address does not, so that every failing login is examined.
 */
const haven = startHaven([], { keys: true });

const SOCKETS = 1_000;
const ADDRESSES = 20;

const sockets: Socket[] = [];
const webSockets: WebSocket[] = [];

/** Returns an address of this machine that is one of many clients. */
const addressOf = (n: number): string => `127.0.1.${(n % ADDRESSES) + 1}`;

function portOf(): number {
  return Number(new URL(haven.url).port);
}

async function connectSilently(n: number): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port: portOf(), localAddress: addressOf(n) });
  socket.on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
}

async function openWithoutInit(n: number): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${portOf()}/graphql`, 'graphql-transport-ws', {
    localAddress: addressOf(n),
  });
  socket.on('error', () => undefined);
  webSockets.push(socket);
  await new Promise((resolve) => socket.once('open', resolve).once('close', resolve));
}

/** Sends a request with an invented key over its own connection. Returns the status of the response. */
async function failLogin(n: number): Promise<number | undefined> {
  const key = `hvn_${randomBytes(8).toString('hex')}_${randomBytes(32).toString('hex')}`;
  const asked = request(`${haven.url}/api/v1/collections`, {
    localAddress: addressOf(n),
    headers: { authorization: `Bearer ${key}`, connection: 'close' },
  });
  asked.end();
  const [response] = await once(asked, 'response');
  response.resume();
  return response.statusCode;
}

const openSockets = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = haven.app.getHttpServer() as Server;
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });

describe('while strangers hold idle connections and guess keys', () => {
  const tenant = '6f1f3f6e-5a0f-4a53-9d1f-0f5f0a4d7e11';
  let headers: Record<string, string>;

  beforeAll(async () => {
    headers = await haven.as(tenant);
    await haven.rest('POST', '/collections', { name: 'films' }, headers);
    await Promise.all(Array.from({ length: SOCKETS }, (_, n) => connectSilently(n)));
  });
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    for (const socket of webSockets) socket.terminate();
  });

  it('every request of a tenant succeeds, and the guesses cause few statements', async () => {
    const guesses: Promise<number | undefined>[] = [];
    const statuses: number[] = [];
    const statements = await statementsOf(async () => {
      const over = new AbortController();
      const guessing = (async () => {
        for (let n = 0; n < 400; n += 10) {
          guesses.push(...Array.from({ length: 10 }, (_, k) => failLogin(n + k)));
          await new Promise((resolve) => setTimeout(resolve, 50)); // 200 a second
        }
        over.abort();
      })();
      while (!over.signal.aborted) {
        const made = await haven.rest('POST', '/collections/films/records', { data: { n: statuses.length } }, headers);
        const read = await haven.rest('GET', '/collections/films/records?limit=1', undefined, headers);
        statuses.push(made.status, read.status);
      }
      await guessing;
      expect(new Set(await Promise.all(guesses))).toEqual(new Set([401]));
    });
    expect(statuses.length).toBeGreaterThan(10);
    expect(statuses.filter((status) => status >= 300)).toEqual([]);
    const lookups = statements.filter(({ text }) => text.includes('haven.known_keys'));
    // Two seconds at one lookup per 50 ms, and as much again for a machine that is slow.
    expect(lookups.length).toBeLessThanOrEqual(80);
    expect(lookups.length).toBeGreaterThan(0);
  });

  it('a burst of guesses causes few statements', async () => {
    const statements = await statementsOf(() => Promise.all(Array.from({ length: 200 }, (_, n) => failLogin(n))));
    expect(statements.filter(({ text }) => text.includes('haven.known_keys')).length).toBeLessThanOrEqual(30);
  });

  it('a WebSocket of a tenant is opened and authenticated', async () => {
    await Promise.all(Array.from({ length: SOCKETS }, (_, n) => openWithoutInit(n)));
    const socket = new WebSocket(`ws://127.0.0.1:${portOf()}/graphql`, 'graphql-transport-ws', { headers });
    await once(socket, 'open');
    socket.send('{"type":"connection_init"}');
    expect(String((await once(socket, 'message'))[0])).toContain('connection_ack');
    socket.terminate();
  });

  it('new idle connections of one address take the place of its oldest', async () => {
    const before = await openSockets();
    const more = Array.from({ length: 300 }, () => connectSilently(ADDRESSES)); // all from one more address
    await Promise.all(more);
    await expect.poll(openSockets, { timeout: 20_000 }).toBeLessThanOrEqual(before + 200);
  });
});
