import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';

import { beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { startHaven } from '../support/haven.js';
import type { Haven } from '../support/haven.js';

const APP = 'https://app.example.com';
const STRANGER = 'https://elsewhere.example';

// Starting a server takes long, so that settings which do not affect each other share one.
const haven = startHaven();
const configured = startHaven([`cors.origins=${APP},http://localhost:5173`, 'cors.maxAge=10m']);
const proxied = startHaven(['server.trustProxy=loopback', 'server.hstsMaxAge=48h']);
const keyed = startHaven(['server.trustProxy=loopback', 'server.hstsMaxAge=0s'], { keys: true });
const anyOrigin = startHaven(['cors.origins=*', 'server.trustProxy=192.0.2.1']);

interface ApiResponse {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Sends a request as a browser or a proxy would, with headers that `fetch` does not allow. */
function send({ url, tenant }: Haven, method: string, path: string, headers: object, body = ''): Promise<ApiResponse> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}${path}`, { method, agent: false, headers: { 'x-test-tenant': tenant, ...headers } });
    sent.on('error', reject);
    sent.on('response', (response) => {
      text(response)
        .then((content) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: content }))
        .catch(reject);
    });
    sent.end(body);
  });
}

const corsOf = ({ headers }: ApiResponse) => Object.keys(headers).filter((name) => name.startsWith('access-control-'));
const preflight = (origin: string) => ({
  origin,
  'access-control-request-method': 'PATCH',
  'access-control-request-headers': 'authorization,content-type,idempotency-key,if-match',
});

describe('pages of other origins', () => {
  describe('by default', () => {
    it('cannot read anything', async () => {
      for (const path of ['/api/v1/collections', '/graphql', '/livez', '/nothing']) {
        for (const method of ['GET', 'OPTIONS']) {
          const answer = await send(haven, method, path, preflight(APP));
          expect(corsOf(answer), `${method} ${path}`).toEqual([]);
          expect(answer.headers.vary ?? '').not.toContain('Origin');
        }
      }
    });
  });

  describe('that are configured', () => {
    it.each(['/api/v1/collections', '/api/v1/collections/movies/records/x', '/graphql', '/livez'])(
      'can call %s, after a preflight request',
      async (path) => {
        const answer = await send(configured, 'OPTIONS', path, preflight(APP));
        expect(answer).toMatchObject({ status: 204, body: '' });
        expect(answer.headers).toMatchObject({ 'access-control-allow-origin': APP, 'access-control-max-age': '600' });
        expect(answer.headers.vary).toContain('Origin');
        expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
        expect(answer.headers['access-control-allow-methods']?.split(', ')).toEqual(
          expect.arrayContaining(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'QUERY']),
        );
        expect(answer.headers['access-control-allow-headers']?.toLowerCase().split(', ')).toEqual(
          expect.arrayContaining(['authorization', 'content-type', 'idempotency-key', 'if-match', 'if-none-match']),
        );
      },
    );

    it.each([
      ['GET', '/api/v1/collections', 200],
      ['GET', '/api/v1/nothing', 404],
      ['DELETE', '/api/v1/collections', 405],
      ['POST', '/api/v1/collections', 415],
      ['GET', `/api/v1/collections?after=${'x'.repeat(20_000)}`, 414],
      ['GET', '/graphql', 400],
    ])('can read every response: %s %s', async (method, path, status) => {
      const answer = await send(
        configured,
        method,
        path,
        { origin: APP, ...(status === 415 && { 'content-length': 2 }) },
        status === 415 ? '{}' : '',
      );
      expect(answer.status).toBe(status);
      expect(answer.headers['access-control-allow-origin']).toBe(APP);
      expect(answer.headers['access-control-expose-headers']?.split(', ')).toEqual(
        expect.arrayContaining([
          'ETag',
          'Link',
          'Location',
          'Retry-After',
          'RateLimit',
          'Idempotency-Replayed',
          'Deprecation',
        ]),
      );
      expect(answer.headers.vary).toContain('Origin');
      if (path.startsWith('/api/')) expect(answer.headers.vary).toContain('Authorization');
    });

    it('can read streams', async () => {
      await configured.rest('POST', '/collections', { name: 'movies' });
      const exported = await send(configured, 'GET', '/api/v1/collections/movies/export', { origin: APP });
      expect(exported).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': APP } });
      expect(exported.headers.vary).toBe('Accept, Accept-Encoding, Authorization, Origin');
      const aborted = new AbortController();
      const { headers } = await fetch(`${configured.url}/api/v1/changes`, {
        headers: { 'x-test-tenant': configured.tenant, accept: 'text/event-stream', origin: APP },
        signal: aborted.signal,
      });
      aborted.abort();
      expect(headers.get('content-type')).toContain('text/event-stream');
      expect(headers.get('vary')).toBe('Accept, Accept-Encoding, Authorization, Origin');
    });

    it.each([STRANGER, 'null', `${APP}.evil.example`, 'http://app.example.com', `${APP}:8443`, ''])(
      'do not include %j',
      async (origin) => {
        for (const method of ['GET', 'OPTIONS']) {
          const answer = await send(configured, method, '/api/v1/collections', preflight(origin));
          expect(corsOf(answer)).toEqual([]);
          // Otherwise a cache would return this response to allowed origins.
          expect(answer.headers.vary).toContain('Origin');
        }
      },
    );

    it.each([
      [APP, 'open'],
      [STRANGER, 403],
    ])('can open subscriptions only if they are configured: %s %s', async (origin, outcome) => {
      const socket = new WebSocket(`${configured.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
        origin,
      });
      const happened = await new Promise((resolve, reject) => {
        socket.on('open', () => resolve('open'));
        socket.on('error', () => undefined);
        socket.on('unexpected-response', (_request, answer) => {
          text(answer)
            .then((body) => {
              expect(JSON.parse(body)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
              expect(answer.headers['x-content-type-options']).toBe('nosniff');
              return resolve(answer.statusCode);
            })
            .catch(reject);
        });
      });
      expect(happened).toBe(outcome);
      socket.terminate();
    });
  });

  describe('with cors.origins=*', () => {
    it('can send requests without credentials', async () => {
      for (const method of ['GET', 'OPTIONS']) {
        const answer = await send(anyOrigin, method, '/api/v1/collections', preflight(STRANGER));
        expect(answer.headers['access-control-allow-origin']).toBe('*');
        expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
      }
    });
  });
});

describe('forms and links of other sites', () => {
  const mutation = JSON.stringify({ query: 'mutation { createCollection(input: { name: "forged" }) { name } }' });
  const collections = async () => (await haven.rest('GET', '/collections')).body.items;

  beforeEach(async () => {
    expect(await collections()).toEqual([]);
  });

  it.each([
    'text/plain',
    'text/plain;charset=UTF-8',
    'text/plain; application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json, text/plain',
    'text/plain, application/json',
    '',
    undefined,
  ])('change nothing over GraphQL or REST: %s', async (type) => {
    for (const [path, body] of [
      ['/graphql', mutation],
      ['/api/v1/collections', '{"name":"forged"}'],
      ['/api/v1/batch', '{"operations":[{"op":"create","collection":"forged","data":{}}]}'],
    ] as const) {
      const answer = await send(haven, 'POST', path, type === undefined ? {} : { 'content-type': type }, body);
      expect(answer.status, path).toBeGreaterThanOrEqual(400);
      expect(answer.status, path).toBeLessThan(500);
    }
    expect(await collections()).toEqual([]);
  });

  it.each([
    [{}, 405],
    [{ 'content-type': 'text/plain' }, 415],
    [{ 'apollo-require-preflight': '1' }, 405],
  ])('change nothing by GET, with the headers %j', async (headers, status) => {
    const forged = new URLSearchParams({ query: JSON.parse(mutation).query });
    expect((await send(haven, 'GET', `/graphql?${forged}`, headers)).status).toBe(status);
    expect(await collections()).toEqual([]);
  });

  it('may read by GET, but the browser does not show the response to the page', async () => {
    const read = await send(haven, 'GET', '/graphql?query={__typename}', { origin: STRANGER });
    expect(read.status).toBe(200);
    expect(read.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('in open mode, requests of pages that change something', () => {
  const json = { 'content-type': 'application/json' };
  const mutation = JSON.stringify({ query: 'mutation { createCollection(input: { name: "forged" }) { name } }' });
  const collections = async () =>
    (await configured.rest('GET', '/collections')).body.items.map(({ name }: any) => name);

  /** Sends requests with these headers to both APIs, and returns the distinct outcomes. */
  async function outcomesOf(headers: object): Promise<unknown[]> {
    const requests: [string, string, string][] = [
      ['POST', '/api/v1/collections', '{"name":"forged"}'],
      ['POST', '/api/v1/collections/films/records/x/erase', ''],
      ['PUT', '/api/v1/collections/forged', '{}'],
      ['PATCH', '/api/v1/collections/films', '{"description":"forged"}'],
      ['DELETE', '/api/v1/collections/films', ''],
      ['POST', '/api/v1/collections/films/query', '{}'],
      ['POST', '/graphql', mutation],
    ];
    const outcomes = new Set<string>();
    for (const [method, path, body] of requests) {
      const answer = await send(configured, method, path, { ...json, ...headers }, body);
      const problem = JSON.parse(answer.body);
      const { code } = path === '/graphql' ? problem.errors[0].extensions : problem;
      expect(answer.body).toContain('cors.origins');
      outcomes.add(`${answer.status} ${code}`);
    }
    return [...outcomes];
  }

  beforeEach(async () => {
    await configured.rest('POST', '/collections', { name: 'films' });
  });

  it.each<[string, (own: string) => object]>([
    ['of another origin', () => ({ origin: STRANGER })],
    ['of an opaque origin', () => ({ origin: 'null' })],
    ['of an empty origin', () => ({ origin: '' })],
    ['of another port', (own) => ({ origin: own.replace(/\d+$/, '1'), 'sec-fetch-site': 'same-site' })],
    ['of another scheme', (own) => ({ origin: own.replace('http:', 'https:') })],
    ['of another name of this machine', (own) => ({ origin: own.replace('127.0.0.1', 'localhost') })],
    ['of another site, without Origin', () => ({ 'sec-fetch-site': 'cross-site' })],
    ['of the same site, without Origin', () => ({ 'sec-fetch-site': 'same-site' })],
    ['of another site that claims the own origin', (own) => ({ origin: own, 'sec-fetch-site': 'cross-site' })],
    ['behind an untrusted proxy', () => ({ origin: STRANGER, 'x-forwarded-host': new URL(STRANGER).host })],
  ])('are refused if they come from a page %s', async (_, headers) => {
    expect(await outcomesOf(headers(configured.url))).toEqual(['403 FORBIDDEN']);
    expect(await collections()).toEqual(['films']);
  });

  it.each<[string, (own: string) => object]>([
    ['no page', () => ({})],
    ["Haven's own page", (own) => ({ origin: own, 'sec-fetch-site': 'same-origin' })],
    ['a page that is named in cors.origins', () => ({ origin: APP, 'sec-fetch-site': 'cross-site' })],
    ['a user', () => ({ 'sec-fetch-site': 'none' })],
  ])('are accepted if they come from %s', async (_, headers) => {
    const all = { ...json, ...headers(configured.url) };
    expect((await send(configured, 'PUT', '/api/v1/collections/made', all, '{}')).status).toBe(201);
    expect((await send(configured, 'POST', '/graphql', all, '{"query":"{ __typename }"}')).status).toBe(200);
    expect(await collections()).toEqual(['films', 'made']);
  });

  it('do not include reads', async () => {
    const headers = { origin: STRANGER, 'sec-fetch-site': 'cross-site' };
    expect((await send(configured, 'GET', '/api/v1/collections', headers)).status).toBe(200);
    const query = await send(configured, 'QUERY', '/api/v1/collections/films/records', { ...json, ...headers }, '{}');
    expect(query.status).toBe(200);
  });

  it('do not include requests with a key, which is checked', async () => {
    const headers = { ...json, origin: STRANGER, authorization: 'Bearer hvn_wrong' };
    expect((await send(configured, 'POST', '/api/v1/collections', headers, '{"name":"forged"}')).status).toBe(401);
  });

  it.each([
    [{ origin: STRANGER }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{}, 'open'],
  ])('include subscriptions: %j', async (headers, outcome) => {
    const socket = new WebSocket(`${configured.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers,
    });
    const happened = await new Promise((resolve) => {
      socket.on('open', () => resolve('open'));
      socket.on('error', () => undefined);
      socket.on('unexpected-response', (_request, answer) => resolve(answer.statusCode));
    });
    expect(happened).toBe(outcome);
    socket.terminate();
  });

  describe('behind a trusted proxy', () => {
    it('are accepted from the origin that the proxy reports', async () => {
      const forwarded = { ...json, 'x-forwarded-proto': 'https', 'x-forwarded-host': 'haven.example' };
      const from = (origin: string) =>
        send(proxied, 'PUT', '/api/v1/collections/made', { ...forwarded, origin }, '{}').then(({ status }) => status);
      expect([await from('http://haven.example'), await from('https://haven.example')]).toEqual([403, 201]);
    });
  });

  describe('with keys only', () => {
    it('are accepted from any origin if they have a key', async () => {
      const headers = { ...json, origin: STRANGER, 'sec-fetch-site': 'cross-site', ...(await keyed.as(keyed.tenant)) };
      expect((await send(keyed, 'PUT', '/api/v1/collections/made', headers, '{}')).status).toBe(201);
    });
  });
});

describe('Strict-Transport-Security', () => {
  const hsts = async (server: Haven, headers: object, path = '/livez') =>
    (await send(server, 'GET', path, headers)).headers['strict-transport-security'];
  const https = { 'x-forwarded-proto': 'https' };

  describe('behind a trusted proxy', () => {
    it('is sent for requests over HTTPS', async () => {
      expect(await hsts(proxied, https)).toBe('max-age=172800');
      expect(await hsts(proxied, https, '/nothing')).toBe('max-age=172800');
      expect(await hsts(proxied, {})).toBeUndefined();
      expect(await hsts(proxied, { 'x-forwarded-proto': 'http' })).toBeUndefined();
      expect(await hsts(proxied, { 'x-forwarded-proto': 'https, http' })).toBeUndefined();
    });
  });

  it('is not sent behind an untrusted proxy', async () => expect(await hsts(anyOrigin, https)).toBeUndefined());

  it('is not sent by default', async () => expect(await hsts(haven, https)).toBeUndefined());

  it('is not sent if it is disabled', async () => expect(await hsts(keyed, https)).toBeUndefined());
});
