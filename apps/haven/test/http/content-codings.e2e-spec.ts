import { randomBytes } from 'node:crypto';
import { Agent, globalAgent, request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import * as zlib from 'node:zlib';

import { beforeEach, describe, expect, it } from 'vitest';

import { Metrics } from '@haven/observability';

import { startHaven } from '../support/haven.js';

const KIB = 1024;
const haven = startHaven(['limits.bodyBytes=64KiB', 'limits.importLineBytes=64KiB', 'limits.batchBytes=256KiB']);

const CODINGS = {
  gzip: { encode: zlib.gzipSync, decode: zlib.gunzipSync },
  br: { encode: quickBrotli, decode: zlib.brotliDecompressSync },
  zstd: { encode: zlib.zstdCompressSync, decode: zlib.zstdDecompressSync },
};
/** The default quality takes a hundred times longer. */
function quickBrotli(content: string | Uint8Array): Buffer {
  return zlib.brotliCompressSync(content, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } });
}

type Coding = keyof typeof CODINGS;
const codings = Object.keys(CODINGS) as Coding[];

interface RawResponse {
  status: number;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
  /** The parsed body, if it is JSON that is not coded. */
  json: any;
}

/** Sends a request and returns the response as it was sent, which `fetch` would decode. */
const send = (method: string, path: string, headers: object = {}, ...parts: (string | Buffer)[]) =>
  sendBy(globalAgent, method, path, headers, ...parts);

function sendBy(
  agent: Agent,
  method: string,
  path: string,
  headers: object,
  ...parts: (string | Buffer)[]
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const all = { 'x-test-tenant': haven.tenant, ...headers };
    const sent = request(`${haven.url}${path}`, { agent, method, headers: all });
    sent.on('error', reject).on('response', (response) => {
      buffer(response)
        .then((bytes) => {
          const isText = response.headers['content-encoding'] === undefined && bytes[0] === '{'.charCodeAt(0);
          const json = isText && !response.headers['content-type']?.includes('ndjson') && JSON.parse(String(bytes));
          return resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, json });
        })
        .catch(reject);
    });
    for (const part of parts) sent.write(part);
    sent.end();
  });
}

const RECORDS = '/api/v1/collections/films/records';
const JSON_TYPE = { 'content-type': 'application/json' };
const LINES = { 'content-type': 'application/x-ndjson' };
const coded = (coding: string) => ({ ...JSON_TYPE, 'content-encoding': coding });
const held = () => {
  const found = haven.app.get(Metrics).read();
  return Number(found.find(({ instrument }) => instrument.name === 'haven.http.body.held')?.values[0]?.value ?? 0);
};

beforeEach(async () => {
  await haven.rest('POST', '/collections', { name: 'films' });
});

describe.each(codings)('a request body in %s', (coding) => {
  const { encode } = CODINGS[coding];

  it('is decoded, in both APIs', async () => {
    const title = 'Amélie '.repeat(100);
    const made = await send('POST', RECORDS, coded(coding), encode(JSON.stringify({ data: { title } })));
    expect([made.status, made.json?.data]).toEqual([201, { title }]);
    const query = JSON.stringify({ query: '{ records(collection: "films") { totalCount } }' });
    const answer = await send('POST', '/graphql', coded(coding), encode(query));
    expect(answer.json).toEqual({ data: { records: { totalCount: 1 } } });
  });

  it('is decoded while it is read, in an import', async () => {
    const lines = Array.from({ length: 3_000 }, (_, n) => `{"n":${n},"title":"${'x'.repeat(100)}"}\n`).join('');
    const bytes = encode(lines);
    const half = bytes.length >> 1;
    const headers = { ...LINES, 'content-encoding': coding };
    const path = '/api/v1/collections/films/import';
    const report = await send(
      'POST',
      path,
      headers,
      bytes.subarray(0, 1),
      bytes.subarray(1, half),
      bytes.subarray(half),
    );
    expect(report.json).toMatchObject({ imported: 3_000, failed: 0 });
  });

  it('that inflates beyond a limit is refused, and takes no more memory than the limit', async () => {
    const bomb = encode(Buffer.alloc(32 * KIB * KIB, ' '));
    expect(bomb.length).toBeLessThan(64 * KIB + 1);
    for (const path of [RECORDS, '/graphql', '/api/v1/batch']) {
      const refused = await send('POST', path, coded(coding), bomb);
      expect(refused.status, path).toBe(413);
      expect(JSON.stringify(refused.json)).toContain('PAYLOAD_TOO_LARGE');
    }
    const headers = { ...LINES, 'content-encoding': coding };
    const lines = await send('POST', '/api/v1/collections/films/import', headers, bomb);
    expect(JSON.stringify(lines.json)).toContain('limits.importLineBytes');
    await expect.poll(held).toBe(0);
  });

  it.each([
    ['is malformed', () => [Buffer.from('{"data":{}}')]],
    ['is incomplete', () => [encode('{"data":{}}').subarray(0, -2)]],
    ['is followed by other bytes', () => [encode('{"data":{}}'), Buffer.from('{"data":{}}')]],
    ['is empty', () => [Buffer.alloc(0)]],
  ])('that %s is refused', async (_what, parts) => {
    const headers = { ...coded(coding), 'transfer-encoding': 'chunked' };
    const refused = await send('POST', RECORDS, headers, ...parts());
    expect([refused.status, refused.json?.code]).toEqual([400, 'MALFORMED_REQUEST']);
    expect(refused.json.detail).toContain(coding);
    const lines = await send(
      'POST',
      '/api/v1/collections/films/import?atomic=true',
      { ...LINES, 'content-encoding': coding, 'transfer-encoding': 'chunked' },
      ...parts(),
    );
    expect([lines.status, lines.json?.code]).toEqual([400, 'MALFORMED_REQUEST']);
    expect((await haven.rest('GET', '/collections/films/records')).body.items).toEqual([]);
  });

  it('leaves the connection usable when it is refused', async () => {
    const bomb = encode(Buffer.alloc(KIB * KIB, ' '));
    for (let n = 0; n < 3; n++) expect((await send('POST', RECORDS, coded(coding), bomb)).status).toBe(413);
    expect((await send('GET', RECORDS)).status).toBe(200);
  });
});

describe('a request body', () => {
  it('that is refused before it is read leaves the connection usable', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const headers = { ...LINES, 'content-encoding': 'gzip' };
    const path = '/api/v1/collections/nothing/import';
    const body = zlib.gzipSync(randomBytes(4 * KIB * KIB), { level: 0 });
    const refused = sendBy(agent, 'POST', path, headers, body);
    const next = sendBy(agent, 'GET', RECORDS, {}); // waits for the connection, and so for the end of the body
    expect([(await refused).status, (await next).status]).toEqual([404, 200]);
    agent.destroy();
  });

  it('in gzip may have several members', async () => {
    const [a, b] = ['{"data":', '{"a":1}}'].map((text) => zlib.gzipSync(text));
    expect((await send('POST', RECORDS, coded('gzip'), Buffer.concat([a as Buffer, b as Buffer]))).status).toBe(201);
  });

  it.each(['deflate', 'gzip, gzip', 'br, identity', 'compress', 'nonsense'])(
    'in %s is refused with the codings that are accepted',
    async (coding) => {
      for (const [path, headers] of [
        [RECORDS, JSON_TYPE],
        ['/graphql', JSON_TYPE],
        ['/api/v1/collections/films/import', LINES],
      ] as const) {
        const refused = await send('POST', path, { ...headers, 'content-encoding': coding }, '{}');
        expect([refused.status, refused.headers['accept-encoding']]).toEqual([415, 'gzip, br, zstd']);
        expect(JSON.stringify(refused.json)).toContain('UNSUPPORTED_MEDIA_TYPE');
      }
    },
  );

  it.each(['identity', 'x-gzip', 'GZIP'])('may name its coding %s', async (coding) => {
    const text = '{"data":{}}';
    const body = coding === 'identity' ? text : zlib.gzipSync(text);
    expect((await send('POST', RECORDS, coded(coding), body)).status).toBe(201);
  });
});

describe('the memory for bodies', () => {
  const small = startHaven(['limits.bodyBytesInFlight=1MiB', 'limits.bodyBytes=4MiB']);

  it.each(codings)('counts what a body in %s inflates to', async (coding) => {
    await small.rest('POST', '/collections', { name: 'films' });
    const post = (length: number) =>
      fetch(`${small.url}${RECORDS}`, {
        method: 'POST',
        headers: { ...coded(coding), 'x-test-tenant': small.tenant },
        body: new Uint8Array(CODINGS[coding].encode(`{"data":{"a":"${'x'.repeat(length)}"}}`)),
      });
    expect((await post(10 * KIB)).status).toBe(201);
    const refused = await post(2 * KIB * KIB);
    expect([refused.status, await refused.json()]).toEqual([503, expect.objectContaining({ code: 'OVERLOADED' })]);
  });
});

describe('a response', () => {
  const long = { data: { text: 'x'.repeat(2 * KIB) } };
  const accepting = (codings: string) => ({ 'accept-encoding': codings });

  async function make(data: object): Promise<string> {
    return `${RECORDS}/${(await haven.rest('POST', '/collections/films/records', data)).body.id}`;
  }

  it.each(codings)('longer than 1 KiB is compressed with %s if the client asks for it', async (coding) => {
    const path = await make(long);
    const plain = await send('GET', path);
    expect([plain.headers['content-encoding'], plain.headers.etag]).toEqual([undefined, '"1"']);
    const { headers, bytes } = await send('GET', path, accepting(coding));
    expect([headers['content-encoding'], headers.etag]).toEqual([coding, 'W/"1"']);
    expect(Number(headers['content-length'])).toBe(bytes.length);
    expect(headers.vary).toContain('Accept-Encoding');
    expect(CODINGS[coding].decode(bytes)).toEqual(plain.bytes);
  });

  it.each([
    ['gzip, deflate, br, zstd', true],
    ['gzip;q=0, br;q=0.5', 'br'],
    ['br;q=0.1, gzip;q=0.2', 'gzip'],
    ['*', true],
    ['*;q=0', undefined],
    ['identity', undefined],
    ['identity;q=0.5, gzip;q=0.1', undefined],
    ['gzip;q=0, *', true],
    ['x-gzip', 'gzip'],
    ['deflate', undefined],
    ['', undefined],
    [';;,=,q', undefined],
  ])('is coded as the client prefers: %s', async (header, coding) => {
    const found = (await send('GET', await make(long), accepting(header))).headers['content-encoding'];
    if (coding === true) expect(codings).toContain(found);
    else expect(found).toBe(coding);
    if (header.startsWith('gzip;q=0,')) expect(found).not.toBe('gzip');
  });

  it('of up to 1 KiB is sent as it is', async () => {
    const { headers } = await send('GET', await make({ data: { text: 'x' } }), accepting('gzip'));
    expect([headers['content-encoding'], headers.etag]).toEqual([undefined, '"1"']);
  });

  it('that the client already has is a 304 with the tag that it has', async () => {
    const path = await make(long);
    for (const tag of ['"1"', 'W/"1"']) {
      const { status, headers, bytes } = await send('GET', path, { ...accepting('gzip'), 'if-none-match': tag });
      expect([status, headers.etag, headers['content-encoding'], bytes.length]).toEqual([304, 'W/"1"', undefined, 0]);
    }
  });

  it('has a tag with which the record can be changed', async () => {
    const path = await make(long);
    const { etag } = (await send('GET', path, accepting('gzip'))).headers;
    const change = () => send('PATCH', path, { ...JSON_TYPE, 'if-match': etag }, '{"data":{"a":1}}');
    expect((await change()).status).toBe(200);
    expect((await change()).status).toBe(412);
  });

  it('is compressed for lists, errors and GraphQL', async () => {
    for (let n = 0; n < 20; n++) await make({ data: { n, text: 'some text' } });
    const list = await send('GET', RECORDS, accepting('gzip'));
    expect(JSON.parse(String(zlib.gunzipSync(list.bytes))).items).toHaveLength(20);
    const query = JSON.stringify({ query: '{ records(collection: "films") { edges { node { id data } } } }' });
    const graphql = await send('POST', '/graphql', { ...JSON_TYPE, ...accepting('br') }, query);
    expect(JSON.parse(String(zlib.brotliDecompressSync(graphql.bytes))).data.records.edges).toHaveLength(20);
    expect(graphql.headers.vary).toContain('Accept-Encoding');
    const operations = Array.from({ length: 1 }, () => ({ op: 'create', collection: 'films', data: 1 }));
    const wrong = JSON.stringify({ operations, ['x'.repeat(2 * KIB)]: 1 });
    const refused = await send('POST', '/api/v1/batch', { ...JSON_TYPE, ...accepting('zstd') }, wrong);
    expect([refused.status, refused.headers['content-encoding']]).toEqual([422, 'zstd']);
    expect(JSON.parse(String(zlib.zstdDecompressSync(refused.bytes))).status).toBe(422);
  });

  it('longer than can be compressed at once is compressed in another thread', async () => {
    const many = { data: { text: Array.from({ length: 8 * KIB }, (_, n) => n).join() } };
    const path = await make(many);
    const { headers, bytes } = await send('GET', path, accepting('gzip'));
    expect(headers['content-encoding']).toBe('gzip');
    expect(JSON.parse(String(zlib.gunzipSync(bytes))).data).toEqual(many.data);
  });

  it.each(codings)('is compressed with %s while it is created, in an export', async (coding) => {
    const ids = [];
    for (let n = 0; n < 20; n++) ids.push(await make({ data: { n, text: 'y'.repeat(500) } }));
    const { headers, bytes } = await send('GET', '/api/v1/collections/films/export', accepting(coding));
    expect(headers['content-encoding']).toBe(coding);
    expect(headers['content-type']).toContain('x-ndjson');
    const lines = String(CODINGS[coding].decode(bytes)).trim().split('\n');
    expect(lines).toHaveLength(ids.length);
  });

  it.each([
    ['/api/v1/webhooks', { url: `http://127.0.0.1:1/${'x'.repeat(KIB)}` }],
    ['/api/v1/api-keys', { name: 'web shop', scopes: ['records:read'] }],
  ])('is neither coded nor stored by caches if it contains a secret: %s', async (path, input) => {
    const headers = { ...JSON_TYPE, ...accepting('gzip') };
    const made = await send('POST', path, headers, JSON.stringify(input));
    const rotated = await send('POST', `${path}/${made.json.id}/rotate`, headers, '{}');
    for (const { status, json, ...response } of [made, rotated]) {
      const { 'cache-control': cache, 'content-encoding': coding } = response.headers;
      expect([status < 300, cache, coding]).toEqual([true, 'no-store', undefined]);
      expect(json.secret ?? json.token).toMatch(/^(?:whsec|hvn)_/);
    }
    const read = await send('GET', `${path}/${made.json.id}`, accepting('gzip'));
    expect(read.headers['cache-control']).toBe('private, no-cache');
  });

  it('is never coded if it may contain a secret, or is a stream of events', async () => {
    const metrics = await send('GET', '/metrics', accepting('gzip'));
    expect([metrics.headers['cache-control'], metrics.headers['content-encoding']]).toEqual(['no-store', undefined]);
    const abort = new AbortController();
    const stream = await fetch(`${haven.url}/api/v1/changes`, {
      headers: { ...accepting('gzip'), accept: 'text/event-stream', 'x-test-tenant': haven.tenant },
      signal: abort.signal,
    });
    expect([stream.headers.get('content-type'), stream.headers.get('content-encoding')]).toEqual([
      'text/event-stream; charset=utf-8',
      null,
    ]);
    abort.abort();
  });

  describe('without server.compression', () => {
    const uncompressed = startHaven(['server.compression=false']);

    it('is sent as it is', async () => {
      await uncompressed.rest('POST', '/collections', { name: 'films' });
      const { body } = await uncompressed.rest('POST', '/collections/films/records', long);
      const read = await uncompressed.rest(
        'GET',
        `/collections/films/records/${body.id}`,
        undefined,
        accepting('gzip'),
      );
      expect([read.headers.get('content-encoding'), read.headers.get('etag')]).toEqual([null, '"1"']);
    });
  });
});

describe('a file that does not change', () => {
  it.each(['/openapi/generic.json', '/docs/errors', '/docs/swagger-ui.css'])(
    'is compressed, and not sent again: %s',
    async (path) => {
      const plain = await send('GET', path);
      expect(plain.headers['content-encoding']).toBeUndefined();
      for (const coding of codings)
        for (let n = 0; n < 2; n++) {
          const { headers, bytes } = await send('GET', path, { 'accept-encoding': coding });
          expect([headers['content-encoding'], headers.vary]).toEqual([
            coding,
            expect.stringMatching(/accept-encoding/i),
          ]);
          expect(headers.etag).toMatch(/^W\//);
          expect(CODINGS[coding].decode(bytes).equals(plain.bytes)).toBe(true);
          const again = await send('GET', path, { 'accept-encoding': coding, 'if-none-match': headers.etag });
          expect([again.status, again.bytes.length]).toEqual([304, 0]);
        }
    },
  );
});

describe('text that begins with a byte order mark', () => {
  const MARK = '\uFEFF';

  it('is read as if it had none', async () => {
    const made = await send('POST', RECORDS, JSON_TYPE, `${MARK}{"data":{"a":1}}`);
    expect([made.status, made.json?.data]).toEqual([201, { a: 1 }]);
    const packed = await send('POST', RECORDS, coded('gzip'), zlib.gzipSync(`${MARK}{"data":{"a":2}}`));
    expect([packed.status, packed.json?.data]).toEqual([201, { a: 2 }]);
    const query = await send('POST', '/graphql', JSON_TYPE, `${MARK}{"query":"{ __typename }"}`);
    expect(query.json).toEqual({ data: { __typename: 'Query' } });
    const patch = { 'content-type': 'application/merge-patch+json' };
    expect((await send('PATCH', '/api/v1/collections/films', patch, `${MARK}{"description":"x"}`)).status).toBe(200);
  });

  it('is read in imports, however the mark is split', async () => {
    const bytes = Buffer.from(`${MARK}{"a":1}\n{"a":2}\n`);
    for (const type of ['application/x-ndjson', 'application/jsonl', 'application/ndjson; charset=utf8'])
      for (const at of [0, 1, 2, 3, 4, 10]) {
        const report = await send(
          'POST',
          '/api/v1/collections/films/import',
          { 'content-type': type },
          bytes.subarray(0, at),
          bytes.subarray(at),
        );
        expect(report.json, `${type} ${at}`).toMatchObject({ imported: 2, failed: 0 });
      }
  });

  it('admits a large GraphQL body', async () => {
    const operations = Array.from({ length: 3 }, () => ({
      op: 'create',
      collection: 'films',
      data: { text: 'x'.repeat(30 * KIB) },
    }));
    const query =
      'mutation B($operations: [BatchOperation!]!) { batch(operations: $operations) { results { status } } }';
    const text = `${MARK}${JSON.stringify({ query, variables: { operations } })}`;
    expect((await send('POST', '/graphql', JSON_TYPE, text)).json?.data.batch.results).toHaveLength(3);
    expect((await send('POST', '/graphql', coded('br'), zlib.brotliCompressSync(text))).json?.data.batch).toBeTruthy();
  });

  it.each(['\uFEFF\uFEFF{"data":{}}', '{"data":{}}\uFEFF', ' \uFEFF{"data":{}}'])(
    'is refused if the mark is elsewhere: %j',
    async (text) => {
      expect((await send('POST', RECORDS, JSON_TYPE, text)).json).toMatchObject({ code: 'MALFORMED_JSON' });
    },
  );

  it('is read when there is nothing else', async () => {
    const report = await send('POST', '/api/v1/collections/films/import', LINES, MARK);
    expect(report.json).toMatchObject({ imported: 0, failed: 0 });
    expect((await send('POST', RECORDS, JSON_TYPE, MARK)).json).toMatchObject({ code: 'MALFORMED_JSON' });
  });
});
