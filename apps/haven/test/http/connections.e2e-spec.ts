import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { startHaven } from '../support/haven.js';
import { RawClient } from '../support/raw-client.js';

const PROXY = '127.0.0.2';
const STRANGER = '127.0.0.3';
const OTHER = '127.0.0.4';

const clients: RawClient[] = [];

afterEach(async () => {
  for (const client of clients) client.end();
  await Promise.all(clients.splice(0).map(({ closed }) => closed));
});

describe('connections', () => {
  const haven = startHaven([
    'connections.max=7',
    'connections.perAddress=3',
    'connections.pendingPerAddress=2',
    'connections.pending=4', // above half of connections.max, so 3 are allowed
    'limits.pendingSockets=3',
    'limits.pendingSocketsPerAddress=2',
    `server.trustProxy=${PROXY}`,
  ]);

  const connections = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const server = haven.app.getHttpServer() as Server;
      server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });

  /**
   * Connects from an address. Returns true if the connection was served, or false if it was closed without a response.
   */
  async function connect(from: string): Promise<boolean> {
    const client = new RawClient(haven.url, from);
    clients.push(client);
    client.send(['GET /livez HTTP/1.1', 'Host: haven']);
    return client.response().then(
      ({ status }) => status === 200,
      () => false,
    );
  }

  it('are limited per address, and closed ones do not count', async () => {
    for (let n = 0; n < 3; n++) expect(await connect(STRANGER)).toBe(true);
    expect(await connect(STRANGER)).toBe(false);
    expect(await connect(OTHER)).toBe(true);
    clients[0]?.end();
    await expect.poll(connections).toBe(3);
    expect(await connect(STRANGER)).toBe(true);
    expect(await connect(STRANGER)).toBe(false);
  });

  it('are limited in total, which is the only limit for a trusted proxy', async () => {
    await expect.poll(connections).toBe(0);
    for (let n = 0; n < 7; n++) expect(await connect(PROXY)).toBe(true);
    expect(await connect(PROXY)).toBe(false);
    expect(await connect(STRANGER)).toBe(false);
    clients[0]?.end();
    await expect.poll(connections).toBe(6);
    expect(await connect(STRANGER)).toBe(true);
  });

  /** Connects without sending anything. Resolves when the server has accepted the connection. */
  async function connectSilently(from: string): Promise<RawClient> {
    const accepted = once(haven.app.getHttpServer() as Server, 'connection');
    const client = new RawClient(haven.url, from);
    clients.push(client);
    await accepted;
    return client;
  }

  const isServed = async (client: RawClient): Promise<boolean> => {
    client.send(['GET /livez HTTP/1.1', 'Host: haven']);
    return client.response().then(
      ({ status }) => status === 200,
      () => false,
    );
  };

  it('without a request are limited per address: the oldest is closed', async () => {
    await expect.poll(connections).toBe(0);
    expect(await connect(STRANGER)).toBe(true); // it has sent a request, so it does not count
    const silent = [await connectSilently(STRANGER), await connectSilently(STRANGER)];
    clients[0]?.end();
    await expect.poll(connections).toBe(2);
    const last = await connectSilently(STRANGER);
    await silent[0]!.closed;
    expect(await Promise.all([silent[1]!, last].map(isServed))).toEqual([true, true]);
  });

  it('without a request are at most half of all: the oldest is closed, also that of a trusted proxy', async () => {
    await expect.poll(connections).toBe(0);
    const silent = [await connectSilently(PROXY)];
    for (const from of [STRANGER, STRANGER, OTHER]) silent.push(await connectSilently(from));
    await silent[0]!.closed;
    expect(await Promise.all(silent.slice(1).map(isServed))).toEqual([true, true, true]);
  });

  it('of a WebSocket that is not authenticated are limited per address and in all', async () => {
    await expect.poll(connections).toBe(0);
    const all: WebSocket[] = [];
    const opened = async (localAddress: string): Promise<WebSocket> => {
      const socket = new WebSocket(`${haven.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
        localAddress,
      });
      all.push(socket);
      await once(socket, 'open');
      return socket;
    };
    const authenticated = await opened(STRANGER);
    authenticated.send('{"type":"connection_init"}');
    await once(authenticated, 'message');
    const first = await opened(OTHER);
    const closed = once(first, 'close');
    await opened(OTHER);
    const refused = new WebSocket(`${haven.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      localAddress: OTHER,
    });
    const [, response] = (await once(refused, 'unexpected-response')) as [unknown, IncomingMessage];
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '1']);
    response.destroy();
    for (const from of [STRANGER, PROXY]) await opened(from);
    const [code, reason] = (await closed) as [number, Buffer];
    expect([code, String(reason)]).toEqual([1013, expect.stringContaining('limits.pendingSockets')]);
    authenticated.send('{"type":"ping"}');
    expect(String((await once(authenticated, 'message'))[0])).toContain('pong');
    for (const socket of all) socket.terminate();
  });

  it('of a WebSocket are closed if the client sends nothing, or too large a message', async () => {
    await expect.poll(connections).toBe(0);
    const opened = async (): Promise<WebSocket> => {
      const socket = new WebSocket(`${haven.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
        localAddress: OTHER,
      });
      await once(socket, 'open');
      return socket;
    };
    const silent = await opened();
    const silence = once(silent, 'close');
    const loud = await opened();
    loud.send(`{"type":"connection_init","payload":{"a":"${'x'.repeat(2 * 1024 * 1024)}"}}`);
    expect((await once(loud, 'close'))[0]).toBe(1009);
    expect((await silence)[0]).toBe(4408);
  });

  it('of a WebSocket that never reads do not buffer responses without limit', { timeout: 90_000 }, async () => {
    await expect.poll(connections).toBe(0);
    const server = haven.app.getHttpServer() as Server;
    const accepted = once(server, 'connection');
    const socket = new WebSocket(`${haven.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    const [behind]: Socket[] = await accepted;
    socket.send('{"type":"connection_init"}');
    socket.pause();
    const ping = JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(100_000) } });
    let pongs = 0;
    socket.on('message', (data: Buffer) => data.toString().startsWith('{"type":"pong"') && pongs++);
    for (let n = 0; n < 400; n++) {
      socket.ping('x'.repeat(100));
      socket.send(ping);
    }
    await expect.poll(() => behind?.isPaused(), { timeout: 30_000 }).toBe(true);
    expect(behind?.writableLength).toBeLessThan(2 * 1024 * 1024);
    socket.resume();
    await expect.poll(() => pongs, { timeout: 30_000 }).toBe(400);
    socket.terminate();
  });
});
