import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { Log } from '@haven/observability';

import { createApp } from '../../src/app.js';
import { startHaven, testConfig } from '../support/haven.js';
import { parseExposition } from '../support/prometheus.js';
import { RawClient } from '../support/raw-client.js';

const PROXY = '127.0.0.2';
const SECRET = 's3cret-payload';

const haven = startHaven([], { keys: true });
const lines: Record<string, any>[] = [];
let app: NestFastifyApplication;
let url: string;
let headers: Record<string, string>;

beforeAll(async () => {
  const config = testConfig([
    'auth.open=false',
    'log.level=info',
    `server.trustProxy=${PROXY}`,
    'limits.importBatch=1',
  ]);
  app = await createApp(config, haven.address, new Log(config, { write: (line) => void lines.push(JSON.parse(line)) }));
  await app.listen(0, '127.0.0.1');
  url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
});
afterAll(() => app.close());

beforeEach(async () => {
  headers = await haven.as(haven.tenant);
  await haven.rest('POST', '/collections', { name: 'films' }, headers);
  lines.length = 0;
});

const PATIENCE = { timeout: 30_000, interval: 20 };

/** Returns the log line of a request. It is written when the connection has finished the request. */
async function lineOf(requestId: string): Promise<Record<string, any>> {
  await expect.poll(() => lines.some(({ request_id }) => request_id === requestId), PATIENCE).toBe(true);
  return lines.find(({ request_id }) => request_id === requestId) ?? {};
}

/** Sends a request from an address of this machine. The connection stays open. */
async function sendFrom(address: string, first: string, more: Record<string, string>, body = ''): Promise<RawClient> {
  const client = new RawClient(url, address);
  const all = { host: 'haven', ...(body !== '' && { 'content-length': String(Buffer.byteLength(body)) }), ...more };
  client.send([`${first} HTTP/1.1`, ...Object.entries(all).map(([name, value]) => `${name}: ${value}`)], body);
  return client;
}

describe('the line of a request', () => {
  it('has the tenant, the id of the key and the address of the client, and no secret, URL or payload', async () => {
    const path = `/api/v1/collections/films/records?filter={"title":"${SECRET}"}`;
    const forwarded = {
      'x-forwarded-for': '192.0.2.7:4711',
      'content-type': 'application/json',
      'x-request-id': 'one',
    };
    const body = JSON.stringify({ data: { title: SECRET } });
    const created = await sendFrom(PROXY, `POST ${path.split('?')[0]}`, { ...headers, ...forwarded }, body);
    expect((await created.response()).status).toBe(201);
    created.end();
    const read = await sendFrom(PROXY, `GET ${encodeURI(path)}`, { ...headers, ...forwarded, 'x-request-id': 'two' });
    expect((await read.response()).status).toBe(200);
    read.end();
    const [, id = '', secret = ''] = headers['authorization']?.split('_') ?? [];
    for (const requestId of ['one', 'two'])
      expect(await lineOf(requestId)).toMatchObject({
        severity: 'info',
        tenant: haven.tenant,
        key_id: id,
        'client.address': '192.0.2.7',
        'http.route': '/api/v1/collections/:collection/records',
      });
    expect(JSON.stringify(lines)).not.toContain(SECRET);
    expect(JSON.stringify(lines)).not.toContain(secret);
    expect(JSON.stringify(lines)).not.toContain('filter');
  });

  it('has the address of the connection if the peer is not a trusted proxy', async () => {
    const client = await sendFrom('127.0.0.3', 'GET /api/v1/collections', {
      ...headers,
      'x-forwarded-for': '192.0.2.7',
      'x-request-id': 'direct',
    });
    await client.response();
    client.end();
    expect(await lineOf('direct')).toMatchObject({ 'client.address': '127.0.0.3' });
  });

  it('has no tenant and no key if the request is not authenticated, and the code of the error', async () => {
    const key = `hvn_${randomBytes(8).toString('hex')}_${randomBytes(32).toString('hex')}`;
    const answer = await fetch(`${url}/api/v1/collections`, {
      headers: { authorization: `Bearer ${key}`, 'x-request-id': 'stranger' },
    });
    expect(answer.status).toBe(401);
    const line = await lineOf('stranger');
    expect(line).toMatchObject({ 'client.address': '127.0.0.1', 'error.type': 'UNAUTHENTICATED' });
    expect(line).not.toHaveProperty('tenant');
    expect(line).not.toHaveProperty('key_id');
    expect(JSON.stringify(lines)).not.toContain(key.split('_')[1]);
  });

  it('has the caller of a GraphQL request too', async () => {
    await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'x-request-id': 'graphql' },
      body: JSON.stringify({ query: `{ collections { totalCount } } # ${SECRET}` }),
    });
    expect(await lineOf('graphql')).toMatchObject({
      tenant: haven.tenant,
      key_id: headers['authorization']?.split('_')[1],
    });
    expect(JSON.stringify(lines)).not.toContain(SECRET);
  });
});

describe('a client that disconnects', () => {
  const NDJSON = { 'content-type': 'application/x-ndjson', 'transfer-encoding': 'chunked' };
  const IMPORT = 'POST /api/v1/collections/films/import';
  const LINE = '8\r\n{"n":1}\n\r\n';

  /** Disconnects the client, and checks that this is neither logged nor counted as a failure. */
  async function disconnects(client: RawClient, requestId: string, line: object): Promise<void> {
    const before = await failures();
    client.socket.resetAndDestroy();
    expect(await lineOf(requestId)).toMatchObject(line);
    expect(lines.filter(({ severity }) => severity !== 'info')).toEqual([]);
    expect(await failures()).toEqual(before);
  }

  async function failures(): Promise<unknown> {
    const { samples } = parseExposition(await (await fetch(`${url}/metrics`)).text());
    return samples.filter(
      ({ name, labels, value }) =>
        value > 0 &&
        (name === 'haven_errors_total' ||
          (name.endsWith('duration_seconds_count') && labels['http_response_status_code']?.startsWith('5'))),
    );
  }

  async function begin(first: string, id: string, more: Record<string, string>, body = ''): Promise<RawClient> {
    const taken = once(app.getHttpServer() as Server, 'request');
    const client = await sendFrom('127.0.0.1', first, { ...headers, 'x-request-id': id, ...more }, body);
    await taken;
    return client;
  }

  it('while it sends a document', async () => {
    const json = { 'content-type': 'application/json', 'content-length': '1000' };
    const client = await begin('POST /api/v1/collections/films/records', 'document', json, '{"data":');
    await disconnects(client, 'document', { 'error.type': 'aborted' });
  });

  it.each([
    ['', {}],
    ['?atomic=true', {}],
    ['', { 'idempotency-key': '"x"' }],
  ])('while it sends an import (%s %o)', async (query, more) => {
    const client = await begin(`${IMPORT}${query}`, 'import', { ...NDJSON, ...more });
    client.socket.write(LINE);
    const arrived = `SELECT (SELECT count(*) FROM haven.events WHERE tenant_id = $1) + (SELECT count(*) FROM haven.import_lines WHERE tenant_id = $1) AS count`;
    if (!('idempotency-key' in more))
      await expect.poll(async () => Number((await haven.sql(arrived, [haven.tenant]))[0].count), PATIENCE).toBe(1);
    await disconnects(client, 'import', { 'error.type': 'aborted' });
  });

  it.each([
    ['a query', 'POST /api/v1/collections/films/query', { filter: { n: { _gt: 1 } }, count: 'exact' }],
    ['a batch', 'POST /api/v1/batch', { operations: [{ op: 'create', collection: 'films', data: {} }] }],
    [
      'a GraphQL query',
      'POST /graphql',
      { query: '{ records(collection: "films", filter: { n: { _gt: 1 } }) { totalCount } }' },
    ],
    [
      'a GraphQL mutation',
      'POST /graphql',
      {
        query:
          'mutation { batch(operations: [{ op: "create", collection: "films", data: {} }]) { results { version } } }',
      },
    ],
  ])('while PostgreSQL works on %s', async (_, first, body) => {
    await haven.sql('BEGIN');
    await haven.sql('LOCK TABLE haven.records IN ACCESS EXCLUSIVE MODE');
    try {
      const json = { 'content-type': 'application/json' };
      const client = await begin(first, 'statement', json, JSON.stringify(body));
      const waiting = `SELECT count(*)::int AS count FROM pg_locks WHERE NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
      await expect.poll(async () => (await haven.sql(waiting))[0].count, PATIENCE).toBeGreaterThan(0);
      await disconnects(client, 'statement', { 'error.type': 'aborted' });
      await expect.poll(async () => (await haven.sql(waiting))[0].count, PATIENCE).toBe(0);
      expect(lines.filter(({ severity }) => severity !== 'info')).toEqual([]);
    } finally {
      await haven.sql('ROLLBACK');
    }
  });

  it('while it reads an export', async () => {
    const operations = Array.from({ length: 300 }, () => ({
      op: 'create',
      collection: 'films',
      data: { text: randomBytes(7_000).toString('hex') },
    }));
    expect((await haven.rest('POST', '/batch', { operations }, headers)).status).toBe(200);
    const accepted = once(app.getHttpServer() as Server, 'connection');
    const client = await sendFrom('127.0.0.1', 'GET /api/v1/collections/films/export', {
      ...headers,
      'x-request-id': 'export',
    });
    client.socket.pause();
    const [peer] = (await accepted) as [Socket];
    await expect.poll(() => peer.writableLength, PATIENCE).toBeGreaterThan(0); // the client does not read all of it
    await disconnects(client, 'export', { 'http.response.status_code': 200 });
  });
});

it('a warning that is repeated is logged once, and the rest when Haven stops', async () => {
  const config = testConfig(['log.level=info']);
  const written: Record<string, any>[] = [];
  const log = new Log(config, { write: (line) => void written.push(JSON.parse(line)) });
  const second = await createApp(config, haven.address, log);
  for (let n = 0; n < 3; n++) log.warn('The disk is slow.', 'Disk');
  log.warn('The disk is slow.', 'Other');
  await second.close();
  const warnings = written.filter(({ severity }) => severity === 'warn');
  expect(warnings.map(({ message, context, omitted }) => [message, context, omitted])).toEqual([
    ['The disk is slow.', 'Disk', undefined],
    ['The disk is slow.', 'Other', undefined],
    ['The disk is slow.', 'Disk', 2],
  ]);
});

it('of successful requests, only the configured fraction is logged, and every request that fails', async () => {
  const config = testConfig(['log.level=info', 'log.sampleSuccesses=0', 'log.slowRequests=1h']);
  const written: Record<string, any>[] = [];
  const log = new Log(config, { write: (line) => void written.push(JSON.parse(line)) });
  const sampling = await createApp(config, haven.address, log);
  await sampling.listen(0, '127.0.0.1');
  const origin = `http://127.0.0.1:${(sampling.getHttpServer().address() as AddressInfo).port}`;
  const post = (query: string) =>
    fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
  expect((await fetch(`${origin}/api/v1/collections/films`, { headers })).status).toBe(200);
  expect((await fetch(`${origin}/api/v1/collections/missing`, { headers })).status).toBe(404);
  expect((await post('{ collections { totalCount } }')).status).toBe(200);
  expect((await post('{ record(collection: "missing", id: "0") { id } }')).status).toBe(200);
  await sampling.close();
  const requests = written.filter(({ message }) => message === 'request');
  expect(requests.map((line) => [line['http.route'], line['http.response.status_code']])).toEqual([
    ['/api/v1/collections/:collection', 404],
    ['/graphql', 200],
  ]);
});
