import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { Metrics } from '@haven/observability';

import { startHaven } from '../support/haven.js';
import { RawClient } from '../support/raw-client.js';

const KIB = 1024;
const PATIENCE = { timeout: 30_000 };
const BATCH = 'mutation B($operations: [BatchOperationInput!]!) { batch(operations: $operations) { results { id } } }';
const MANIFEST = join(mkdtempSync(join(tmpdir(), 'haven-documents-')), 'manifest.json');
writeFileSync(MANIFEST, JSON.stringify({ batch: BATCH, list: '{ collections { totalCount } }' }));

const haven = startHaven([
  'limits.bodyBytes=64KiB',
  'limits.importLineBytes=64KiB',
  'limits.batchBytes=512KiB',
  'limits.jsonValues=1000',
  'limits.bodyBytesInFlight=1MiB',
  'limits.bodyBytesInFlightPerTenant=640KiB',
  'connections.transferTimeout=1s',
  'graphql.trustedDocuments=prefer',
  `graphql.trustedDocumentsPath=${MANIFEST}`,
]);

const clients: RawClient[] = [];
afterEach(async () => {
  for (const client of clients) client.end();
  await Promise.all(clients.splice(0).map(({ closed }) => closed));
  await expect.poll(() => metric('haven.http.body.held'), PATIENCE).toBe(0);
});

function metric(name: string, labels: Record<string, string> = {}): number {
  const found = haven.app.get(Metrics).read();
  const values = found.find(({ instrument }) => instrument.name === name)?.values ?? [];
  const one = values.find(({ labels: actual }) => JSON.stringify(actual) === JSON.stringify(labels));
  return Number(one?.value ?? 0);
}

const empties = (count: number) => `[${Array(count).fill('[]').join()}]`;

describe('the number of JSON values', () => {
  const exceeded = (pointer: string) => ({
    code: 'LIMIT_EXCEEDED',
    errors: [{ pointer, detail: expect.stringContaining('limits.jsonValues') }],
  });

  it('is limited in every body and parameter, with both APIs', async () => {
    await haven.rest('POST', '/collections', { name: 'films' });
    const most = await haven.rest('POST', '/collections/films/records', `{"data":{"a":${empties(997)}}}`);
    expect(most.status).toBe(201);
    const one = await haven.rest('POST', '/collections/films/records', `{"data":{"a":${empties(998)}}}`);
    expect([one.status, one.body]).toMatchObject([422, exceeded('/data/a/997')]);
    const batch = await haven.rest('POST', '/batch', `{"operations":${empties(999)}}`);
    expect([batch.status, batch.body]).toMatchObject([422, exceeded('/operations/998')]);
    const graphql = await haven.rest('POST', '//graphql', `{"variables":{"a":${empties(998)}},"query":"{__typename}"}`);
    expect(graphql.body.errors[0].extensions).toMatchObject({ ...exceeded('/variables/a/997'), status: 422 });
    const lines = await haven.rest('POST', '/collections/films/import', `{"a":${empties(999)}}\n{"a":1}\n`, {
      'content-type': 'application/x-ndjson',
    });
    expect(lines.body).toMatchObject({ imported: 1, failed: 1, errors: [{ line: 1, code: 'LIMIT_EXCEEDED' }] });
    const search = new URLSearchParams({ query: '{__typename}', variables: `{"a":${empties(999)}}` });
    const byUrl = await haven.rest('GET', `//graphql?${search}`, undefined, { 'apollo-require-preflight': '1' });
    expect(byUrl.body.errors[0].extensions).toMatchObject(exceeded('/variables/a/998'));
  });

  it('is limited in the result of a patch', async () => {
    await haven.rest('POST', '/collections', { name: 'films' });
    const created = await haven.rest('POST', '/collections/films/records', `{"data":{"a":${empties(600)}}}`);
    const patch = JSON.stringify([{ op: 'copy', from: '/data/a', path: '/data/b' }]);
    const patched = await haven.rest('PATCH', `/collections/films/records/${created.body.id}`, patch, {
      'content-type': 'application/json-patch+json',
    });
    expect([patched.status, patched.body.code]).toEqual([422, 'LIMIT_EXCEEDED']);
    expect(patched.body.detail).toContain('limits.jsonValues');
  });
});

describe('a GraphQL body larger than limits.bodyBytes', () => {
  const post = (text: string) => haven.rest('POST', '//graphql', text);
  const padding = (length: number) => `"${'x'.repeat(length)}"`;
  const sha256Hash = createHash('sha256').update(BATCH).digest('hex');

  it.each([
    ['that contains it', `"query":${JSON.stringify(BATCH)},`],
    ['that contains it after other members', `"operationName":"B","query":${JSON.stringify(BATCH)},`],
    ['by its id', '"documentId":"batch",'],
    ['by its hash', `"extensions":{"persistedQuery":{"version":1,"sha256Hash":"${sha256Hash}"}},`],
    ['in a fragment', `"query":"mutation{...B} fragment B on Mutation{batch(operations:[]){results{id}}}",`],
  ])('is read for a document that takes many documents, %s', async (_how, members) => {
    const { status, body } = await post(`{${members}"variables":{"operations":[],"x":${padding(100 * KIB)}}}`);
    expect([status, JSON.stringify(body)]).not.toContain('PAYLOAD_TOO_LARGE');
    expect(status).not.toBe(413);
  });

  it.each([
    ['selects no such field', `{"query":"{collections{totalCount}}","variables":{"x":${padding(100 * KIB)}}}`],
    ['has no such field by its id', `{"documentId":"list","variables":{"x":${padding(100 * KIB)}}}`],
    [
      'uses the name as an alias',
      `{"query":"{batch:collections{totalCount}}","variables":{"x":${padding(100 * KIB)}}}`,
    ],
    ['is malformed', `{"query":"mutation{batch(","variables":{"x":${padding(100 * KIB)}}}`],
    ['comes too late', `{"variables":{"x":${padding(100 * KIB)}},"query":${JSON.stringify(BATCH)}}`],
    ['is missing', `{"variables":{"x":${padding(100 * KIB)}}}`],
    ['follows another one', `{"documentId":"batch","variables":{"x":${padding(100 * KIB)}},"query":"{__typename}"}`],
  ])('is refused if the document %s', async (_how, text) => {
    const { status, body } = await post(text);
    expect([status, body.errors?.[0].extensions.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect(body.errors[0].message).toContain('limits.bodyBytes');
  });

  it('is refused before the rest arrives', async () => {
    const client = open(haven.tenant, '/graphql', 400 * KIB);
    client.socket.write(`{"query":"{__typename}","variables":{"x":"${'x'.repeat(65 * KIB)}`);
    expect((await client.response()).status).toBe(413);
    await expect.poll(() => metric('haven.http.body.held')).toBe(0);
  });
});

/** Sends the header of a request whose body is sent later. */
function open(tenant: string, path: string, length: number): RawClient {
  const client = new RawClient(haven.url);
  clients.push(client);
  client.send([
    `POST ${path} HTTP/1.1`,
    'Host: haven',
    'Content-Type: application/json',
    `Content-Length: ${length}`,
    `X-Test-Tenant: ${tenant}`,
  ]);
  return client;
}

describe('the memory for bodies', () => {
  const PATH = '/api/v1/batch';
  const held = () => metric('haven.http.body.held');
  const refused = (limit: string) => metric('haven.http.body.refused', { 'haven.http.body.limit': limit });
  /** Sends most of a body, and waits until it is counted. */
  const hold = async (tenant: string, kib: number): Promise<void> => {
    const before = held();
    open(tenant, PATH, 500 * KIB).socket.write(' '.repeat(kib * KIB));
    await expect.poll(held, PATIENCE).toBe(before + kib * KIB);
  };

  it('is not taken by what a client only announces', async () => {
    for (let n = 0; n < 5; n++) open('00000000-0000-4000-8000-00000000000a', PATH, 500 * KIB);
    expect((await haven.rest('POST', '/collections', { name: 'films' })).status).toBe(201);
    expect(held()).toBe(0);
  });

  it('is limited per tenant and in total, and released when a client disconnects', async () => {
    const [one, two] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
    const before = { tenant: refused('tenant'), process: refused('process') };
    await hold(one, 490);
    const tenant = open(one, PATH, 400 * KIB);
    const second = await tenant.response();
    expect([second.status, second.headers.get('retry-after'), second.body]).toMatchObject([
      429,
      '1',
      { code: 'RATE_LIMITED', 'violated-policies': ['body-bytes'] },
    ]);
    const graphql = open(one, '/graphql', 400 * KIB);
    expect(await graphql.response()).toMatchObject({
      status: 429,
      body: { errors: [{ extensions: { code: 'RATE_LIMITED', violatedPolicies: ['body-bytes'] } }] },
    });
    await hold(two, 490);
    for (const [path, body] of [
      [PATH, { code: 'OVERLOADED' }],
      ['/graphql', { errors: [{ extensions: { code: 'OVERLOADED' } }] }],
    ] as const) {
      const client = open(haven.tenant, path, 100 * KIB);
      const response = await client.response();
      expect([response.status, response.headers.get('retry-after'), response.body]).toMatchObject([503, '1', body]);
    }
    expect((await haven.rest('GET', '/collections')).status).toBe(200);
    expect({ tenant: refused('tenant'), process: refused('process') }).toEqual({
      tenant: before.tenant + 2,
      process: before.process + 2,
    });
    for (const client of clients) client.end();
    await expect.poll(held, PATIENCE).toBe(0);
    expect((await haven.rest('POST', '/collections', { name: 'films' })).status).toBe(201);
  });

  it('is released after a response, an error, and a disconnection at any time', async () => {
    await haven.rest('POST', '/collections', { name: 'films' });
    expect((await haven.rest('POST', '/collections/films/records', { data: {} })).status).toBe(201);
    expect((await haven.rest('POST', '/collections/films/records', '{')).status).toBe(400);
    expect((await haven.rest('POST', '/nowhere', { data: {} })).status).toBe(404);
    const text = JSON.stringify({ operations: [{ create: { collection: 'films', data: {} } }] });
    await Promise.all(
      Array.from({ length: 100 }, async (_, n) => {
        const client = open(haven.tenant, PATH, text.length);
        client.socket.write(text.slice(0, n));
        if (n % 2 === 0) client.socket.write(text.slice(n));
        await new Promise((resolve) => setImmediate(resolve));
        client.end();
        await client.closed;
      }),
    );
    await expect.poll(held, PATIENCE).toBe(0);
  });
});

it('a client that stops after a large part of a body is disconnected, however small the minimum rate is', async () => {
  const client = open(haven.tenant, '/api/v1/batch', 500 * KIB);
  client.socket.write(' '.repeat(400 * KIB));
  // 20 KiB a second is far more than `connections.transferRate`, but less than a quarter of what is held.
  const trickle = setInterval(() => client.socket.write(' '.repeat(2 * KIB)), 100);
  const { status, body } = await client.response().finally(() => clearInterval(trickle));
  expect([status, body.code]).toEqual([408, 'REQUEST_TIMEOUT']);
});
