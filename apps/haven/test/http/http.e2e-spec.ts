import { get as httpGet, request as httpRequest } from 'node:http';

import { beforeEach, describe, expect, it } from 'vitest';

import { catalogue } from '@haven/kernel';

import { startHaven } from '../support/haven.js';
import type { ApiResponse } from '../support/haven.js';
import { preparedWebhook } from '../support/parity-webhooks.js';

/** Matches what responses must never contain: stack frames, file names, SQL and messages of PostgreSQL. */
const INTERNALS = /\n\s+at |node_modules|\.[jt]s:\d+|SELECT |INSERT |relation "|haven\.|SQLSTATE|pg_/;

/**
 * Checks that a problem has the members of RFC 9457 and Haven's own, consistent with the catalogue and the response.
 */
function expectProblem(answer: ApiResponse, code: keyof typeof catalogue, instance?: string): void {
  const { status, title } = catalogue[code];
  expect(answer.body).toMatchObject({ code, status, title });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json(;|$)/);
  expect(answer.body.type).toBe(`/docs/errors#${code.toLowerCase().replaceAll('_', '-')}`);
  expect(answer.body.detail).toEqual(expect.stringMatching(/\S/));
  expect(answer.body.instance).toEqual(expect.stringMatching(/^\//));
  if (instance) expect(answer.body.instance).toBe(instance);
  expect(answer.body.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(JSON.stringify(answer.body)).not.toMatch(INTERNALS);
}

/** Returns the target of a `Link` header as an absolute path. */
function linked({ headers }: ApiResponse, rel: string): string | undefined {
  const target = new RegExp(`<([^>]*)>; rel="${rel}"`).exec(headers.get('link') ?? '')?.[1];
  return target && `/${target}`;
}

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const UUID = '01890a5d-ac96-774b-bcce-b302099a8057';
const RECORDS = '/collections/movies/records';

describe('over HTTP', () => {
  const haven = startHaven();

  beforeEach(async () => {
    expect((await haven.rest('POST', '/collections', { name: 'movies' })).status).toBe(201);
  });

  /** Sends raw bytes, which may be invalid UTF-8. */
  async function bytes(path: string, body: Uint8Array<ArrayBuffer>, type = 'application/json'): Promise<ApiResponse> {
    const response = await fetch(`${haven.url}/api/v1${path}`, {
      method: 'POST',
      body,
      headers: { 'x-test-tenant': haven.tenant, 'content-type': type },
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  }

  describe('returns a problem', () => {
    it('for an unknown route', async () => {
      expectProblem(await haven.rest('GET', '/nothing/here?x=1'), 'NOT_FOUND', '/api/v1/nothing/here');
      expectProblem(await haven.rest('GET', '//nothing'), 'NOT_FOUND', '/nothing');
      expectProblem(await haven.rest('POST', '//api/v2/collections', {}), 'NOT_FOUND', '/api/v2/collections');
    });

    it('for a URL that cannot be decoded', async () => {
      expectProblem(await haven.rest('GET', '/collections/%E0%A4%A'), 'MALFORMED_REQUEST');
    });

    it.each([
      ['DELETE', '/collections', ['GET', 'HEAD', 'POST', 'OPTIONS']],
      ['POST', '/collections/movies', ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']],
      ['PUT', RECORDS, ['GET', 'HEAD', 'POST', 'QUERY', 'OPTIONS']],
      ['GET', '/collections/movies/import', ['POST', 'OPTIONS']],
      ['DELETE', '//livez', ['GET', 'HEAD', 'OPTIONS']],
    ])('for an unsupported method: %s %s', async (method, path, allowed) => {
      const answer = await haven.rest(method, path);
      expectProblem(answer, 'METHOD_NOT_ALLOWED');
      expect(answer.headers.get('allow')?.split(', ').sort()).toEqual(allowed.sort());
    });

    it('for an unsupported Accept header', async () => {
      expectProblem(await haven.rest('GET', '/collections', undefined, { accept: 'text/csv' }), 'NOT_ACCEPTABLE');
      expectProblem(
        await haven.rest('GET', '/collections', undefined, { accept: 'application/json;q=0' }),
        'NOT_ACCEPTABLE',
      );
      for (const accept of ['*/*', 'application/*', 'text/html, application/json;q=0.1']) {
        expect((await haven.rest('GET', '/collections', undefined, { accept })).status).toBe(200);
      }
    });

    it('for an unsupported media type, listing the supported ones', async () => {
      const posted = await haven.rest('POST', RECORDS, '{"data":{}}', { 'content-type': 'text/plain' });
      expectProblem(posted, 'UNSUPPORTED_MEDIA_TYPE');
      expect(posted.headers.get('accept-post')).toBe('application/json');
      const patched = await haven.rest('PATCH', `${RECORDS}/${crypto.randomUUID()}`, 'a: 1', {
        'content-type': 'text/yaml',
      });
      expectProblem(patched, 'UNSUPPORTED_MEDIA_TYPE');
      expect(patched.headers.get('accept-patch')).toBe(
        'application/merge-patch+json, application/json-patch+json, application/json',
      );
      expectProblem(
        await haven.rest('POST', RECORDS, '{"data":{}}', { 'content-type': 'application/json; charset=latin1' }),
        'UNSUPPORTED_MEDIA_TYPE',
      );
      expect(
        (await haven.rest('POST', RECORDS, '{"data":{}}', { 'content-type': 'application/json; charset="UTF-8"' }))
          .status,
      ).toBe(201);
    });

    it('for an import without a media type, even if it has no body', async () => {
      const importing = await haven.rest('POST', '/collections/movies/import');
      expectProblem(importing, 'UNSUPPORTED_MEDIA_TYPE');
      expect(importing.headers.get('accept-post')).toBe(
        'application/x-ndjson, application/jsonl, application/ndjson, text/csv',
      );
      const empty = await haven.rest('POST', '/collections/movies/import', '', { 'content-type': 'application/jsonl' });
      expect(empty).toMatchObject({ status: 200, body: { imported: 0 } });
    });

    it('for every operation that needs a body and gets none', async () => {
      const [hook = '', delivery = ''] = await preparedWebhook(haven);
      const record = (await haven.rest('POST', RECORDS, { data: {} })).body.id;
      const key = (await haven.rest('POST', '/api-keys', { name: 'k', scopes: ['records:read'] })).body.id;
      const idOf = (path: string) => (path.includes('/webhooks') ? hook : path.includes('/api-keys') ? key : record);
      const { paths } = (await haven.rest('GET', '//openapi/generic.json')).body;
      const operations = Object.entries<any>(paths).flatMap(([path, item]) =>
        ['post', 'put', 'patch', 'query'].filter((method) => method in item).map((method) => [method, path] as const),
      );
      expect(operations.length).toBeGreaterThan(20);
      for (const [method, path] of operations) {
        const url = path
          .replace('{collection}', 'movies')
          .replace('{delivery}', delivery)
          .replace('{index}/{value}', 'year/1')
          .replace(/\{id\}|\{webhook\}/, idOf(path));
        expect(url).not.toContain('{');
        for (const headers of [undefined, { 'content-type': 'application/json' }, { 'content-type': 'text/plain' }]) {
          const { status, body } = await haven.rest(method.toUpperCase(), `/${url}`, undefined, headers);
          expect(status, `${method} ${url} ${JSON.stringify(headers)}: ${body.detail}`).toBeLessThan(500);
        }
      }
    });

    it('for a body that is too large', async () => {
      expectProblem(
        await haven.rest('POST', RECORDS, { data: { text: 'x'.repeat(1024 * 1024) } }),
        'PAYLOAD_TOO_LARGE',
      );
    });

    it('for a body without Content-Length that is too large', async () => {
      const body = new ReadableStream({
        pull(controller) {
          controller.enqueue(new TextEncoder().encode(' '.repeat(64 * 1024)));
          if ((sent += 64) > 2048) controller.close();
        },
      });
      let sent = 0;
      const init = {
        method: 'POST',
        body,
        duplex: 'half',
        headers: { 'x-test-tenant': haven.tenant, 'content-type': 'application/json' },
      };
      // The type RequestInit lacks `duplex`.
      const response = await fetch(`${haven.url}/api/v1${RECORDS}`, init as RequestInit);
      expectProblem(
        { status: response.status, headers: response.headers, body: await response.json() },
        'PAYLOAD_TOO_LARGE',
      );
    });

    it('for a URL that is too long', async () => {
      expectProblem(
        await haven.rest('GET', `/collections?after=${'x'.repeat(16 * 1024)}`),
        'URI_TOO_LONG',
        '/api/v1/collections',
      );
    });

    it('for a header that is too large', async () => {
      const answer = await new Promise<{ status?: number; type?: string; text: string }>((resolve, reject) => {
        httpRequest(`${haven.url}/livez`, { headers: { 'x-large': 'x'.repeat(60 * 1024) } }, (response) => {
          let text = '';
          response
            .setEncoding('utf8')
            .on('data', (chunk) => (text += chunk))
            .on('end', () => resolve({ status: response.statusCode, type: response.headers['content-type'], text }));
        })
          .on('error', reject)
          .end();
      });
      expect(answer).toMatchObject({ status: 431, type: expect.stringContaining('application/problem+json') });
      expect(JSON.parse(answer.text)).toMatchObject({
        code: 'HEADERS_TOO_LARGE',
        status: 431,
        title: catalogue.HEADERS_TOO_LARGE.title,
      });
    });

    it.each([
      '{"data":{}',
      '',
      '{"data":{}}x',
      "{'data':{}}",
      '{"data":{"a":01}}',
      '{"data":{"a":NaN}}',
      '\ufeff\ufeff{"data":{}}',
    ])('for malformed JSON: %s', async (body) => {
      expectProblem(await haven.rest('POST', RECORDS, body), 'MALFORMED_JSON');
    });

    it('for bytes that are not UTF-8', async () => {
      for (const broken of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
        const body = Uint8Array.from([...Buffer.from('{"data":{"a":"'), ...broken, ...Buffer.from('"}}')]);
        expectProblem(await bytes(RECORDS, body), 'MALFORMED_JSON');
      }
    });

    it.each([
      ['GET', RECORDS],
      ['GET', '/collections'],
      ['GET', '/collections/movies/export'],
      ['GET', `${RECORDS}/${UUID}`],
      ['GET', `${RECORDS}/${UUID}/history`],
      ['PATCH', '/collections/movies'],
      ['DELETE', '/collections/movies'],
    ])('for an unknown parameter, with a pointer: %s %s', async (method, path) => {
      const answer = await haven.rest(method, `${path}?limt=1`, method === 'PATCH' ? {} : undefined);
      expectProblem(answer, 'VALIDATION_FAILED');
      expect(answer.body.errors).toEqual([{ code: 'VALIDATION_FAILED', detail: expect.any(String), pointer: '/limt' }]);
    });

    it('for unknown or invalid members of a body, with a pointer for each', async () => {
      const answer = await haven.rest('POST', '/collections', { name: 1, color: 'red' });
      expectProblem(answer, 'VALIDATION_FAILED');
      expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual(['/color', '/name']);
    });

    it.each(['[]', '"text"', '1', 'null'])('for a body that is not an object: %s', async (body) => {
      expectProblem(await haven.rest('POST', '/collections', body), 'VALIDATION_FAILED');
    });

    it('for a repeated parameter', async () => {
      expectProblem(await haven.rest('GET', `${RECORDS}?limit=1&limit=2`), 'VALIDATION_FAILED');
    });

    it('for a malformed precondition', async () => {
      expectProblem(
        await haven.rest('DELETE', '/collections/movies', undefined, { 'if-match': '1' }),
        'MALFORMED_REQUEST',
      );
      expectProblem(
        await haven.rest('GET', '/collections/movies', undefined, { 'if-none-match': '1' }),
        'MALFORMED_REQUEST',
      );
    });
  });

  it('responds to OPTIONS with the methods of the resource', async () => {
    const list = await haven.rest('OPTIONS', RECORDS);
    expect(list.status).toBe(204);
    expect(list.headers.get('allow')?.split(', ').sort()).toEqual(['GET', 'HEAD', 'OPTIONS', 'POST', 'QUERY']);
    expect(list.headers.get('accept-post')).toBe('application/json');
    expect(list.headers.get('accept-query')).toBe('application/json');
    const one = await haven.rest('OPTIONS', `${RECORDS}/${crypto.randomUUID()}`);
    expect(one.status).toBe(204);
    expect(one.headers.get('allow')?.split(', ').sort()).toEqual(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'PUT']);
    expect(one.headers.get('accept-patch')).toBe(
      'application/merge-patch+json, application/json-patch+json, application/json',
    );
    expectProblem(await haven.rest('OPTIONS', '/nothing'), 'NOT_FOUND');
  });

  it('uses the trace id of traceparent, and creates one if it is invalid', async () => {
    const traced = async (traceparent: string): Promise<string> =>
      (await haven.rest('GET', '/nothing', undefined, { traceparent })).body.traceId;
    expect(await traced(`00-${TRACE}-b7ad6b7169203331-01`)).toBe(TRACE);
    expect(await traced(`cc-${TRACE}-b7ad6b7169203331-01-future`)).toBe(TRACE);
    for (const broken of [
      `ff-${TRACE}-b7ad6b7169203331-01`,
      `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
      `00-${TRACE}-${'0'.repeat(16)}-01`,
      'nonsense',
      `00-${TRACE.toUpperCase()}-b7ad6b7169203331-01`,
      `00-${TRACE}-b7ad6b7169203331-01-extra`,
    ]) {
      expect(await traced(broken)).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
      expect(await traced(broken), broken).not.toBe(TRACE);
    }
  });

  it('returns x-request-id only if it is safe, also on errors', async () => {
    const id = async (given?: string): Promise<string | null> =>
      (
        await haven.rest('GET', '/nothing', undefined, given === undefined ? {} : { 'x-request-id': given })
      ).headers.get('x-request-id');
    expect(await id('order-7.a:b_c')).toBe('order-7.a:b_c');
    for (const unsafe of [undefined, 'a b', 'a"b', '<script>', 'x'.repeat(129), 'é'])
      expect(await id(unsafe)).toMatch(/^[0-9a-f]{32}$/);
  });

  it('sends Location, ETag, Cache-Control and Vary', async () => {
    const made = await haven.rest('POST', RECORDS, { data: { n: 1 } });
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(`/api/v1${RECORDS}/${made.body.id}`);
    expect(made.headers.get('etag')).toBe('"1"');
    const read = await haven.rest('GET', `/${made.headers.get('location')}`);
    expect(read.body).toEqual(made.body);
    for (const { headers } of [made, read]) {
      expect(headers.get('cache-control')).toBe('private, no-cache');
      for (const name of ['Accept', 'Authorization']) expect(headers.get('vary')).toContain(name);
    }
    const put = await haven.rest('PUT', `${RECORDS}/${crypto.randomUUID()}`, { data: {} });
    expect(put.status).toBe(201);
    expect(put.headers.get('location')).toBe(`/api/v1${RECORDS}/${put.body.id}`);
    const collection = await haven.rest('POST', '/collections', { name: 'other' });
    expect(collection.headers.get('location')).toBe('/api/v1/collections/other');
  });

  it('returns 304 to a client that has the current version', async () => {
    const { body } = await haven.rest('POST', RECORDS, { data: {} });
    for (const condition of ['"1"', 'W/"1"', '"7", "1"', '*']) {
      const answer = await haven.rest('GET', `${RECORDS}/${body.id}`, undefined, { 'if-none-match': condition });
      expect({ status: answer.status, body: answer.body, etag: answer.headers.get('etag') }).toEqual({
        status: 304,
        body: '',
        etag: '"1"',
      });
      expect(answer.headers.get('cache-control')).toBe('private, no-cache');
      expect(answer.headers.get('vary')).toContain('Authorization');
    }
    expect((await haven.rest('GET', `${RECORDS}/${body.id}`, undefined, { 'if-none-match': '"2"' })).status).toBe(200);
  });

  it('sends an ETag only if the contract declares one', async () => {
    const [hook, delivery] = await preparedWebhook(haven);
    const read = `/webhooks/${hook}/deliveries/${delivery}`;
    const etagOf = async (method: string, path: string, body?: object) =>
      (await haven.rest(method, path, body)).headers.get('etag');
    expect(await etagOf('GET', `/webhooks/${hook}`)).toBe('"1"');
    expect(await etagOf('POST', `/webhooks/${hook}/rotate`, {})).toBe('"2"');
    expect(await etagOf('GET', read)).toBeNull();
    expect(await etagOf('POST', `${read}/redeliver`)).toBeNull();
    expect(await haven.rest('GET', read, undefined, { 'if-none-match': '"1"' })).toMatchObject({ status: 200 });
  });

  it('links the pages of a list, which contain every record once', async () => {
    for (let n = 0; n < 5; n++) await haven.rest('POST', RECORDS, { data: { n } });
    const seen: number[] = [];
    let path: string | undefined = `//api/v1${RECORDS}?sort=n&limit=2&filter=${encodeURIComponent('{"n":{"_gte":0}}')}`;
    let last: ApiResponse | undefined;
    while (path) {
      last = await haven.rest('GET', path);
      seen.push(...last.body.items.map(({ data }: { data: { n: number } }) => data.n));
      expect(last.headers.get('link')).toContain('rel="first"');
      path = linked(last, 'next');
    }
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    const previous = last && linked(last, 'prev');
    expect(
      (await haven.rest('GET', String(previous))).body.items.map(({ data }: { data: { n: number } }) => data.n),
    ).toEqual([2, 3]);
  });

  it('responds to HEAD as to GET, without the body', async () => {
    const { body } = await haven.rest('POST', RECORDS, { data: { text: 'é' } });
    for (const path of [`${RECORDS}/${body.id}`, RECORDS, '/collections/movies', '//livez', '//openapi.json']) {
      const [get, head] = [await haven.rest('GET', path), await haven.rest('HEAD', path)];
      expect(head.status).toBe(200);
      expect(head.body).toBe('');
      for (const name of ['etag', 'content-type', 'content-length', 'link', 'cache-control', 'vary'])
        expect(head.headers.get(name), name).toBe(get.headers.get(name));
    }
    expect(await haven.rest('HEAD', `${RECORDS}/${crypto.randomUUID()}`)).toMatchObject({ status: 404, body: '' });
  });

  it('responds to QUERY and POST …/query as to GET', async () => {
    for (let n = 0; n < 6; n++) await haven.rest('POST', RECORDS, { data: { n, odd: n % 2 === 1 } });
    const query = { filter: { odd: true }, sort: '-n', limit: 2, fields: 'n', count: 'exact' };
    const address = new URLSearchParams({ ...query, filter: JSON.stringify(query.filter), limit: '2' });
    const get = await haven.rest('GET', `${RECORDS}?${address}`);
    expect(get.body.items.map(({ data }: { data: unknown }) => data)).toEqual([{ n: 5 }, { n: 3 }]);
    expect(get.body.total).toBe(3);
    for (const [method, path] of [
      ['QUERY', RECORDS],
      ['POST', '/collections/movies/query'],
    ] as const) {
      const answer = await haven.rest(method, path, query);
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual(get.body);
      const next = await haven.rest(method, path, { ...query, after: get.body.nextCursor });
      expect(next.body.items.map(({ data }: { data: unknown }) => data)).toEqual([{ n: 1 }]);
      expectProblem(await haven.rest(method, path, { ...query, limt: 1 }), 'VALIDATION_FAILED');
      expectProblem(await haven.rest(method, path, { filter: { n: { _gtt: 1 } } }), 'FILTER_INVALID');
    }
    expect((await haven.rest('QUERY', RECORDS, { ...query, sort: ['-n'], fields: ['n'] })).body).toEqual(get.body);
  });

  it('sends links for any URL that a client can send', async () => {
    await haven.rest('POST', '/collections', { name: 'movies' });
    await haven.rest('POST', RECORDS, { data: { n: 1 } });
    await haven.rest('POST', RECORDS, { data: { n: 2 } });
    const raw = (query: string) =>
      new Promise<{ status?: number; link: string }>((resolve, reject) => {
        const path = `/api/v1${RECORDS}?${query}`;
        const request = httpGet(haven.url, { path, headers: { 'x-test-tenant': haven.tenant } }, (answer) => {
          answer.resume();
          resolve({ status: answer.statusCode, link: String(answer.headers['link']) });
        });
        request.on('error', reject);
      });
    const escape = await raw('limit=1&sort=a%zz');
    expect(escape).toMatchObject({ status: 200 });
    expect(escape.link).toMatch(/^<[^<>]*sort=a%zz&after=[\w-]+>; rel="next", <[^<>]*>; rel="first"$/);
    const brackets = await raw('limit=1&filter={"n":{"_gt":0}}&sort=<x>');
    expect(brackets).toMatchObject({ status: 200 });
    expect(brackets.link).toMatch(/^<[^<>"]*%3Cx%3E&after=[\w-]+>; rel="next", <[^<>"]*>; rel="first"$/);
    const { body } = await haven.rest('GET', `${RECORDS}?limit=1`);
    expect((await raw(`limit=1&%61fter=${body.nextCursor}`)).link).not.toContain('%61fter');
  });

  it('sends security headers with every response', async () => {
    for (const path of ['/collections', '/nothing', '//livez', '//docs', '//docs/errors', '//openapi.json']) {
      const { headers } = await haven.rest('GET', path);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy, path).toMatch(/default-src '(?:self|none)'/);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(/script-src ([^;]*)/.exec(policy)?.[1] ?? '').not.toMatch(/unsafe-inline|https?:/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-frame-options')).toMatch(/DENY|SAMEORIGIN/);
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('server')).toBeNull();
    }
  });

  it('serves its documentation without resources of other origins', async () => {
    for (const path of ['//docs', '//docs/errors', '//graphql']) {
      const answer = await haven.rest('GET', path, undefined, { accept: 'text/html' });
      expect(answer.status, path).toBe(200);
      expect(answer.headers.get('content-type')).toContain('text/html');
      const markup = String(answer.body).replace(/(<script[^>]*>)[\s\S]*?<\/script>/g, '$1');
      const addresses = [
        ...markup.matchAll(/<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)\s*=\s*["']?([^"'\s>]+)/g),
      ].map(([, address = '']) => address);
      for (const address of addresses) expect(address, path).not.toMatch(/^(https?:)?\/\//);
      for (const address of addresses.filter((one) => !one.startsWith('data:'))) {
        const { status } = await fetch(new URL(address, `${haven.url}${path.slice(1)}`), { method: 'HEAD' });
        expect(status, address).toBe(200);
      }
    }
    expect((await haven.rest('GET', '//openapi.json')).body).toMatchObject({ openapi: '3.1.0' });
  });

  it('describes every error at the URL of its type', async () => {
    const { body } = await haven.rest('GET', '//docs/errors');
    for (const code of Object.keys(catalogue))
      expect(body).toContain(`id="${code.toLowerCase().replaceAll('_', '-')}"`);
  });

  it('allows no inline scripts in the IDE either', async () => {
    const { headers, body } = await haven.rest('GET', '//graphql', undefined, { accept: 'text/html' });
    expect(body).toMatch(/<script/);
    expect(body).not.toMatch(/<script(?![^>]* src=)/);
    expect(headers.get('content-security-policy')).not.toMatch(/script-src[^;]*'unsafe-inline'|https?:/);
  });

  it('shows the IDE for any query in the URL, and keeps its files for a year', async () => {
    for (const path of ['//graphql', '//graphql/', '//graphql?query=%7B__typename%7D', '//graphql/?query=mutation']) {
      const { status, headers, body } = await haven.rest('GET', path, undefined, {
        accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
      });
      expect([status, headers.get('content-type')], path).toEqual([200, 'text/html; charset=utf-8']);
      expect(body).toContain('/graphql/ide/');
    }
    const { body } = await haven.rest('GET', '//graphql', undefined, { accept: 'text/html' });
    const files = [...String(body).matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, file = '']) => file);
    expect(files).toHaveLength(4);
    for (const file of files) {
      const { headers } = await fetch(`${haven.url}${file}`, { method: 'HEAD' });
      expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    }
    for (const file of ['/graphql/ide/0/page.js', files[0]?.replace(/[^/]+$/, 'nothing.js')])
      expect((await haven.rest('GET', `/${file}`)).status).toBe(404);
  });
});

describe('on a database error', () => {
  const haven = startHaven();

  it('returns INTERNAL in both APIs without details of the database', async () => {
    await haven.rest('POST', '/collections', { name: 'movies' });
    await haven.sql('ALTER TABLE haven.collections RENAME TO hidden');
    const rest = await haven.rest('GET', '/collections/movies', undefined, {
      traceparent: `00-${TRACE}-b7ad6b7169203331-01`,
    });
    expectProblem(rest, 'INTERNAL');
    expect(rest.body.traceId).toBe(TRACE);
    const { body } = await haven.graphql(
      '{ collection(name: "movies") { name } }',
      {},
      { traceparent: `00-${TRACE}-b7ad6b7169203331-01` },
    );
    expect(body.errors[0]).toMatchObject({
      message: rest.body.detail,
      extensions: { code: 'INTERNAL', status: 500, traceId: TRACE },
    });
    expect(JSON.stringify(body)).not.toMatch(INTERNALS);
    await haven.sql('ALTER TABLE haven.hidden RENAME TO collections');
    expect((await haven.rest('GET', '/collections/movies')).status).toBe(200);
  });
});
