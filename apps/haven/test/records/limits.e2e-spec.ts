import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';

import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import { RawClient } from '../support/raw-client.js';

const RECORDS = '/api/v1/collections/movies/records';
const MIB = 1024 * 1024;
const PATIENCE = 60_000;

const clients: RawClient[] = [];
const open = (url: string, localAddress?: string): RawClient => {
  const client = new RawClient(url, localAddress);
  clients.push(client);
  return client;
};

afterEach(() => {
  for (const client of clients.splice(0)) client.end();
});

/** Checks the security headers, which every response has, including those that Node itself sends. */
function expectSecurityHeaders(headers: ReadonlyMap<string, string>): void {
  expect(headers.get('content-security-policy')).toContain("default-src 'self'");
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
}

describe('the limits of a request', () => {
  const haven = startHaven();

  beforeEach(async () => {
    expect((await haven.rest('POST', '/collections', { name: 'movies' })).status).toBe(201);
  });

  const header = (first: string, ...more: string[]) => [
    first,
    'Host: haven',
    `X-Test-Tenant: ${haven.tenant}`,
    ...more,
  ];

  it.each([
    ['malformed HTTP', ['NONSENSE'], 400, 'MALFORMED_REQUEST'],
    [
      'a header with too many bytes',
      ['GET /livez HTTP/1.1', 'Host: h', `X-Long: ${'x'.repeat(MIB)}`],
      431,
      'HEADERS_TOO_LARGE',
    ],
    [
      'a header with more fields than Node keeps',
      ['GET /livez HTTP/1.1', 'Host: h', ...Array.from({ length: 3_000 }, (_, n) => `a${n}: 1`)],
      431,
      'HEADERS_TOO_LARGE',
    ],
    [
      'a header with slightly too many fields',
      ['GET /livez HTTP/1.1', 'Host: h', ...Array.from({ length: 100 }, (_, n) => `a${n}: 1`)],
      431,
      'HEADERS_TOO_LARGE',
    ],
    ['an address past its bytes', [`GET /livez?${'x'.repeat(16 * 1024)} HTTP/1.1`, 'Host: h'], 414, 'URI_TOO_LONG'],
    ['an address that does not decode', ['GET /%zz HTTP/1.1', 'Host: h'], 400, 'MALFORMED_REQUEST'],
    ['no Host', ['GET /livez HTTP/1.1'], 400, 'MALFORMED_REQUEST'],
    ['two Hosts', ['GET /livez HTTP/1.1', 'Host: localhost', 'host: evil.example'], 400, 'MALFORMED_REQUEST'],
    ['two equal Hosts', ['GET /livez HTTP/1.1', 'Host: h', 'Host: h'], 400, 'MALFORMED_REQUEST'],
    ['two Hosts in HTTP/1.0', ['GET /livez HTTP/1.0', 'Host: h', 'Host: i'], 400, 'MALFORMED_REQUEST'],
    ['an absolute URL and two Hosts', ['GET http://h/livez HTTP/1.1', 'Host: h', 'Host: i'], 400, 'MALFORMED_REQUEST'],
    ['an absolute URL and no Host', ['GET http://h/livez HTTP/1.1'], 400, 'MALFORMED_REQUEST'],
    ['an empty Host', ['GET /livez HTTP/1.1', 'Host:'], 400, 'MALFORMED_REQUEST'],
    ['a Host with a path', ['GET /livez HTTP/1.1', 'Host: h/i'], 400, 'MALFORMED_REQUEST'],
    ['a Host with a user', ['GET /livez HTTP/1.1', 'Host: localhost@h'], 400, 'MALFORMED_REQUEST'],
    [
      'a WebSocket with two Hosts',
      ['GET /graphql HTTP/1.1', 'Host: h', 'Host: i', 'Connection: Upgrade', 'Upgrade: websocket'],
      400,
      'MALFORMED_REQUEST',
    ],
    ['a Host that is none', ['GET /livez HTTP/1.1', 'Host: a b'], 400, 'MALFORMED_REQUEST'],
    [
      'two ways to say where the body ends',
      [`POST ${RECORDS} HTTP/1.1`, 'Host: h', 'Content-Length: 6', 'Transfer-Encoding: chunked'],
      400,
      'MALFORMED_REQUEST',
    ],
    ['a line folded into the next', ['GET /livez HTTP/1.1', 'Host: h', 'X-A: 1', ' 2'], 400, 'MALFORMED_REQUEST'],
    ['a field that is none', ['GET /livez HTTP/1.1', 'Host: h', 'X A: 1'], 400, 'MALFORMED_REQUEST'],
  ])('%s gets a problem', async (_what, lines, status, code) => {
    const client = open(haven.url);
    client.send(lines);
    const answer = await client.response();
    expect(answer).toMatchObject({ status, body: { status, code } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expectSecurityHeaders(answer.headers);
  });

  it('an unknown Expect header is ignored', async () => {
    const client = open(haven.url);
    client.send(header('GET /livez HTTP/1.1', 'Expect: miracles'));
    expect((await client.response()).status).toBe(200);
  });

  it.each([
    ['with Content-Length', [`Content-Length: ${24 * MIB}`], 'keep-alive'],
    ['with Content-Length and Connection: close', [`Content-Length: ${24 * MIB}`], 'close'],
    ['chunked', ['Transfer-Encoding: chunked'], 'keep-alive'],
    ['chunked with Connection: close', ['Transfer-Encoding: chunked'], 'close'],
  ])(
    'a body that is too large gets a response even if the client sends it completely first: %s',
    async (_how, framing, connection) => {
      const client = open(haven.url);
      client.socket.pause();
      client.send(
        header(`POST ${RECORDS} HTTP/1.1`, 'Content-Type: application/json', ...framing, `Connection: ${connection}`),
      );
      const piece = ' '.repeat(MIB);
      for (let sent = 0; sent < 24; sent++) {
        const text = framing[0]?.startsWith('T') ? `${MIB.toString(16)}\r\n${piece}\r\n` : piece;
        if (!client.socket.write(text)) await once(client.socket, 'drain');
      }
      if (framing[0]?.startsWith('T')) client.socket.write('0\r\n\r\n');
      client.socket.resume();
      expect(await client.response()).toMatchObject({ status: 413, body: { code: 'PAYLOAD_TOO_LARGE' } });
      if (connection === 'close') expect(await client.closed).toMatchObject({ error: undefined });
    },
  );

  it('an import that fails in its first line gets a response even if the client sends it completely first', async () => {
    const client = open(haven.url);
    client.socket.pause();
    const line = `{"n":${'1'.repeat(10)}}\n`;
    const lines = line.repeat(64 * 1024);
    client.send(
      header(
        'POST /api/v1/collections/movies/import?atomic=true HTTP/1.1',
        'Content-Type: application/x-ndjson',
        `Content-Length: ${4 + 16 * lines.length}`,
      ),
      'not\n',
    );
    for (let sent = 0; sent < 16; sent++) {
      if (!client.socket.write(lines)) await once(client.socket, 'drain');
    }
    client.socket.resume();
    expect(await client.response()).toMatchObject({ status: 400, body: { code: 'MALFORMED_JSON' } });
  });
});

describe('a client has limited time if it', () => {
  const haven = startHaven([
    'connections.headersTimeout=3s',
    'connections.transferTimeout=1s',
    'connections.idleTimeout=1s',
    'connections.transferRate=64KiB',
  ]);

  beforeEach(async () => {
    expect((await haven.rest('POST', '/collections', { name: 'movies' })).status).toBe(201);
  });

  const header = (first: string, ...more: string[]) => [
    first,
    'Host: haven',
    `X-Test-Tenant: ${haven.tenant}`,
    ...more,
  ];
  /** Sends a piece every 50 ms until the connection is closed. */
  const trickle = async (client: RawClient, piece: string): Promise<void> => {
    const clock = setInterval(() => client.socket.writable && client.socket.write(piece), 50);
    await client.closed;
    clearInterval(clock);
  };

  it('sends nothing', { timeout: PATIENCE }, async () => {
    const client = open(haven.url);
    expect((await client.response()).body).toMatchObject({ code: 'REQUEST_TIMEOUT', status: 408 });
    await client.closed;
  });

  it('never ends its header', { timeout: PATIENCE }, async () => {
    const client = open(haven.url);
    client.socket.write('GET /livez HTTP/1.1\r\nHost: haven\r\n');
    const over = trickle(client, 'X-More: 1\r\n');
    const answer = await client.response();
    expect(answer).toMatchObject({ status: 408, body: { code: 'REQUEST_TIMEOUT' } });
    expectSecurityHeaders(answer.headers);
    await over;
  });

  it.each([
    ['a record', 'records', 'application/json'],
    ['a batch of lines', 'import', 'application/x-ndjson'],
    ['an atomic batch of lines', 'import?atomic=true', 'application/x-ndjson'],
  ])('sends %s too slowly', { timeout: PATIENCE }, async (_what, path, type) => {
    const client = open(haven.url);
    client.send(
      header(
        `POST /api/v1/collections/movies/${path} HTTP/1.1`,
        `Content-Type: ${type}`,
        `Content-Length: ${MIB}`,
        'Connection: keep-alive',
      ),
    );
    const over = trickle(client, ' ');
    const answer = await client.response();
    expect(answer).toMatchObject({ status: 408, body: { code: 'REQUEST_TIMEOUT' } });
    expectSecurityHeaders(answer.headers);
    await over;
    expect((await haven.rest('GET', '/collections/movies/records')).body.items).toEqual([]);
  });

  it('sends slowly, but fast enough is accepted', { timeout: PATIENCE }, async () => {
    const client = open(haven.url);
    const line = `{"text":"${'x'.repeat(64 * 1024)}"}\n`;
    const pieces = 12;
    client.send(
      header(
        'POST /api/v1/collections/movies/import HTTP/1.1',
        'Content-Type: application/x-ndjson',
        `Content-Length: ${pieces * line.length}`,
      ),
    );
    let sent = 0;
    const clock = setInterval(() => {
      client.socket.write(line);
      if (++sent === pieces) clearInterval(clock);
    }, 300); // in total, more than three times `transferTimeout`, at over 200 KiB a second
    expect(await client.response()).toMatchObject({ status: 200, body: { imported: pieces } });
  });

  it('keeps sending a body after the response', { timeout: PATIENCE }, async () => {
    const client = open(haven.url);
    client.send(header(`POST ${RECORDS} HTTP/1.1`, 'Content-Type: application/json', 'Content-Length: 1000000000000'));
    const over = trickle(client, ' '.repeat(64 * 1024));
    expect(await client.response()).toMatchObject({ status: 413 });
    await over;
  });

  it('leaves its connection idle', { timeout: PATIENCE }, async () => {
    const client = open(haven.url);
    client.send(header('GET /livez HTTP/1.1'));
    expect((await client.response()).status).toBe(200);
    expect((await client.closed).error).toBeUndefined();
  });
});

describe('a client that does not read its response', () => {
  const haven = startHaven(['connections.transferTimeout=1s']);
  const tenant = randomUUID();

  beforeAll(async () => {
    const as = await haven.as(tenant);
    expect((await haven.rest('POST', '/collections', { name: 'movies' }, as)).status).toBe(201);
    const line = `${JSON.stringify({ text: 'x'.repeat(500_000) })}\n`;
    const { body } = await haven.rest('POST', '/collections/movies/import', line.repeat(40), {
      'content-type': 'application/x-ndjson',
      ...as,
    });
    expect(body).toMatchObject({ imported: 40 });
  });

  it.each([
    ['an export', '/api/v1/collections/movies/export'],
    ['a page', `${RECORDS}?limit=40`],
    ['a stream of changes', '/api/v1/changes?after=earliest'],
  ])('is disconnected, and its database connection is released: %s', { timeout: PATIENCE }, async (_what, path) => {
    const accepted = once(haven.app.getHttpServer(), 'connection');
    const client = open(haven.url);
    client.socket.pause();
    client.send([
      `GET ${path} HTTP/1.1`,
      'Host: haven',
      `X-Test-Tenant: ${tenant}`,
      ...(path.includes('changes') ? ['Accept: text/event-stream'] : []),
    ]);
    const [socket]: Socket[] = await accepted;
    if (socket && !socket.closed) await once(socket, 'close');
    const busy = `SELECT FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database()`;
    await expect.poll(() => haven.sql(busy), { timeout: PATIENCE }).toEqual([]);
  });
});
