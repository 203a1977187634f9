import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { Server } from 'node:http';

import { expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { DatabaseCheck } from '@haven/database';

import { secondHaven, startHaven } from '../support/haven.js';
import { RawClient } from '../support/raw-client.js';

const haven = startHaven();

/** With these settings, Node and Haven would keep a connection for longer than the test may take. */
const PATIENT = ['connections.headersTimeout=5m', 'connections.idleTimeout=5m', 'connections.transferTimeout=5m'];
const HEAD = ['Host: haven', 'Content-Type: application/x-ndjson', 'Transfer-Encoding: chunked'];

it('a server that stops closes each connection without a running request, and ends after the last response', async () => {
  await haven.rest('POST', '/collections', { name: 'films' });
  const { app, url } = await secondHaven(haven, PATIENT);
  const server = app.getHttpServer() as Server;
  const connect = async (...head: string[]): Promise<RawClient> => {
    const accepted = once(server, 'connection');
    const client = new RawClient(url);
    await accepted;
    if (head.length > 0) client.send(head);
    return client;
  };

  const silent = await connect();
  const incomplete = await connect();
  incomplete.socket.write('GET /livez HTTP/1.1\r\nHost: ');
  const idle = await connect('GET /livez HTTP/1.1', 'Host: haven');
  const secondIncomplete = await connect('GET /livez HTTP/1.1', 'Host: haven');
  const refused = await connect('POST /api/v1/nothing HTTP/1.1', 'Host: haven', 'Content-Length: 1000000');
  for (const client of [idle, secondIncomplete, refused]) await client.response();
  secondIncomplete.socket.write('GET /livez HTTP/1.1\r\nHost: ');
  const running = await connect('POST /api/v1/collections/films/import HTTP/1.1', ...HEAD);
  running.socket.write('8\r\n{"n":1}\n\r\n');
  const stream = await connect('GET /api/v1/changes HTTP/1.1', 'Host: haven', 'Accept: text/event-stream');
  await once(stream.socket, 'data');
  const socket = new WebSocket(url.replace('http', 'ws') + '/graphql', 'graphql-transport-ws');
  await once(socket, 'open');
  const load = keepSending(url);
  await load.began;

  const isClosed = app.close().then(() => 'closed');
  const others = [silent, incomplete, idle, secondIncomplete, refused, stream];
  await Promise.all([...others.map(({ closed }) => closed), once(socket, 'close'), load.ended]);
  expect(await Promise.race([isClosed, Promise.resolve('running')])).toBe('running'); // the import has not ended
  running.socket.write('8\r\n{"n":2}\n\r\n0\r\n\r\n');
  const { status, headers, body } = await running.response();
  expect([status, headers.get('connection'), body.imported]).toEqual([200, 'close', 2]);
  await isClosed;
});

it('a server that stops does not abandon requests because long statements use all connections', async () => {
  await haven.rest('POST', '/collections', { name: 'films' });
  const { app, url } = await secondHaven(haven, ['database.poolSize=1', 'database.acquireTimeout=2s']);
  await haven.sql('BEGIN');
  await haven.sql('LOCK TABLE haven.records IN ACCESS EXCLUSIVE MODE');
  const running = fetch(`${url}/api/v1/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ operations: [{ op: 'create', collection: 'films', data: {} }] }),
  });
  const waiting = `SELECT count(*)::int AS count FROM pg_locks WHERE NOT granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
  await expect.poll(async () => (await haven.sql(waiting))[0].count, { timeout: 30_000 }).toBeGreaterThan(0);
  await app.get(DatabaseCheck).abandonIfSilent();
  await haven.sql('ROLLBACK');
  expect((await running).status).toBe(200);
  await app.close();
});

/** Sends one request after the other over a kept-alive connection, until no connection is accepted any more. */
function keepSending(url: string): { began: Promise<void>; ended: Promise<void> } {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const began = Promise.withResolvers<void>();
  const send = (): Promise<void> =>
    new Promise((resolve, reject) => {
      request(`${url}/livez`, { agent }, (response) => response.resume().once('end', resolve))
        .once('error', reject)
        .end();
    });
  const run = async (): Promise<void> => {
    for (;;) {
      const code = await send().catch((error: NodeJS.ErrnoException) => error.code);
      if (code === 'ECONNREFUSED') return agent.destroy();
      began.resolve();
    }
  };
  return { began: began.promise, ended: run() };
}
