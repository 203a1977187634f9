import { once } from 'node:events';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { secondHaven, startHaven } from '../support/haven.js';
import { openPrefixProxy } from '../support/prefix-proxy.js';
import type { PrefixProxy } from '../support/prefix-proxy.js';
import { RawClient } from '../support/raw-client.js';

const haven = startHaven();

/** A URL of Haven that lacks the prefix: below the root of the host. */
const UNPREFIXED = /(?<![\w/.~-])\/(?:api|docs|graphql|openapi\.json|health|livez|readyz|startupz)(?![\w-])/;

interface Sent {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed body; undefined if it is not JSON. */
  json: any;
}

/** Runs Haven behind a proxy. `configured` are settings that depend on nothing but the prefix. */
function behindProxy(settings: string[], headers: Record<string, string> = {}) {
  let app: Awaited<ReturnType<typeof secondHaven>>['app'];
  let proxy: PrefixProxy;
  const at = { direct: '' };
  beforeAll(async () => {
    const started = await secondHaven(haven, settings);
    app = started.app;
    at.direct = started.url;
    proxy = await openPrefixProxy(started.url, '/some/haven', headers);
  });
  afterAll(async () => {
    await proxy.close();
    await app.close();
  });
  const send = async (
    method: string,
    target: string,
    body?: unknown,
    more: Record<string, string> = {},
  ): Promise<Sent> => {
    const response = await fetch(new URL(target, target.startsWith('/') ? proxy.url : `${proxy.url}/`), {
      method,
      redirect: 'manual',
      ...(body !== undefined && { body: JSON.stringify(body) }),
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...more },
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') && text !== '';
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
  };
  return { send, at, proxy: () => proxy };
}

describe.each([
  ['server.publicUrl', ['server.publicUrl=https://example.com/some/haven/'], {}, 'https://example.com/some/haven'],
  ['X-Forwarded-Prefix', ['server.trustProxy=loopback'], { 'x-forwarded-prefix': '/some/haven/' }, '/some/haven'],
])('under a sub-path, with %s', (_, settings, headers, server) => {
  const { send, proxy, at } = behindProxy(settings, headers);

  it('Location and Link lead through the proxy', async () => {
    const made = await send('POST', 'api/v1/collections', { name: 'films' });
    expect([made.status, made.headers.get('location')]).toEqual([201, '/some/haven/api/v1/collections/films']);
    const put = await send('PUT', 'api/v1/collections/books', {});
    expect(put.headers.get('location')).toBe('/some/haven/api/v1/collections/books');
    for (const title of ['Alien', 'Brazil', 'Casablanca']) {
      const { headers } = await send('POST', 'api/v1/collections/films/records', { data: { title } });
      expect((await send('GET', headers.get('location') ?? '')).json.data).toEqual({ title });
    }
    const titles: string[] = [];
    for (let next: string | undefined = 'api/v1/collections/films/records?limit=2'; next !== undefined;) {
      const page: Sent = await send('GET', next);
      titles.push(...page.json.items.map(({ data }: any) => data.title));
      expect(page.headers.get('link')).not.toMatch(UNPREFIXED);
      next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
    }
    expect(titles).toEqual(['Casablanca', 'Brazil', 'Alien']);
  });

  it('a replayed response has the same Location', async () => {
    await send('PUT', 'api/v1/collections/films', {});
    const key = { 'idempotency-key': '"once"' };
    const locations = [];
    for (let n = 0; n < 2; n++)
      locations.push(
        (await send('POST', 'api/v1/collections/films/records', { data: {} }, key)).headers.get('location'),
      );
    expect(locations[0]).toMatch(/^\/some\/haven\/api\/v1\/collections\/films\/records\/[0-9a-f-]{36}$/);
    expect(locations[1]).toBe(locations[0]);
  });

  it.each([
    ['404', 'GET', 'api/v1/collections/nothing?a=b', '/api/v1/collections/nothing'],
    ['404 of no route', 'GET', 'nowhere', '/nowhere'],
    ['405', 'DELETE', 'api/v1/collections', '/api/v1/collections'],
    ['a URL that cannot be decoded', 'GET', 'api/v1/collections/%ff', '/api/v1/collections/%ff'],
  ])('a problem names its URLs with the prefix: %s', async (_, method, path, instance) => {
    const { json } = await send(method, path);
    expect(json.instance).toBe(`/some/haven${instance}`);
    const page = await send('GET', json.type);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.text).toContain(`id="${json.type.split('#')[1]}"`);
  });

  it('no response of any operation contains a URL without the prefix', async () => {
    const { paths } = (await send('GET', 'openapi/generic.json')).json;
    const operations = Object.entries<object>(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => [method.toUpperCase(), path.replace(/\{\w+\}/g, 'films').slice(1)] as const),
    );
    expect(operations.length).toBeGreaterThan(30);
    for (const [method, path] of operations) {
      const answer = await send(method, path, ['GET', 'HEAD'].includes(method) ? undefined : {});
      const values = [...answer.headers.values(), answer.text];
      expect({ method, path, found: values.filter((text) => UNPREFIXED.test(text)) }).toEqual({
        method,
        path,
        found: [],
      });
    }
  });

  it('OpenAPI names the server, in every form in which it is served', async () => {
    expect((await send('GET', 'openapi.json')).json.servers).toEqual([{ url: server }]);
    expect((await send('GET', 'docs/openapi.json')).json.servers).toEqual([{ url: server }]);
    expect((await send('GET', 'docs/openapi.yaml')).text).toContain(`servers:\n  - url: ${server}\n`);
    expect((await send('GET', 'docs/swagger-ui-init.js')).text).toMatch(
      new RegExp(`"servers": \\[\\s+\\{\\s+"url": "${server}"\\s+\\}\\s+\\]`),
    );
  });

  it.each(['docs', 'docs/', 'docs/errors', 'graphql'])(
    'the page %s loads everything through the proxy',
    async (page) => {
      const { status, text } = await send('GET', page, undefined, { accept: 'text/html' });
      expect(status).toBe(200);
      const html = text.replace(/<script>[^]*?<\/script>|<style>[^]*?<\/style>/g, '');
      const links = [...html.matchAll(/(?:src|href)=["']([^"']+)["']/g)].map(([, link = '']) => link);
      for (const link of links.filter((one) => !one.startsWith('data:'))) {
        const target = new URL(link, `${proxy().url}/${page}`);
        expect([target.pathname, (await fetch(target, { method: 'HEAD' })).status]).toEqual([
          expect.stringMatching(/^\/some\/haven\//),
          200,
        ]);
      }
    },
  );

  it('GraphQL, its subscriptions and streams work', async () => {
    const { json } = await send('POST', 'graphql', { query: '{ collections { totalCount } }' });
    expect(json.data.collections.totalCount).toEqual(expect.any(Number));
    const socket = new WebSocket(`${proxy().url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send('{"type":"connection_init"}');
    expect(String((await once(socket, 'message'))[0])).toContain('connection_ack');
    socket.terminate();
    const stream = await fetch(`${proxy().url}/api/v1/changes`, { headers: { accept: 'text/event-stream' } });
    const { value } = (await stream.body?.getReader().read()) ?? {};
    expect(Buffer.from(value ?? []).toString()).toMatch(/^retry: /);
    const failed = await send('GET', 'api/v1/changes?after=nonsense', undefined, { accept: 'text/event-stream' });
    expect(failed.json.instance).toBe('/some/haven/api/v1/changes');
  });

  it('a refused WebSocket gets a problem with the prefix', async () => {
    const client = new RawClient(at.direct);
    const upgrade = [
      'Connection: upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AQ==',
    ];
    const forwarded = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    client.send(['GET /graphql HTTP/1.1', 'Host: haven', 'Origin: https://evil.example', ...upgrade, ...forwarded]);
    expect((await client.response()).body.type).toBe('/some/haven/docs/errors#forbidden');
    client.end();
  });
});

describe('X-Forwarded-Prefix', () => {
  const locationWith = async (send: ReturnType<typeof behindProxy>['send'], header: string): Promise<string | null> =>
    (
      await send('PUT', `api/v1/collections/c${Math.random()}`.replace('.', ''), {}, { 'x-forwarded-prefix': header })
    ).headers.get('location');

  describe('of a proxy that is not trusted', () => {
    const { send } = behindProxy(['server.trustProxy=192.0.2.1']);

    it('is ignored', async () => {
      expect(await locationWith(send, '/some/haven')).toMatch(/^\/api\//);
    });
  });

  describe('of a trusted proxy', () => {
    const { send } = behindProxy(['server.trustProxy=loopback']);

    it.each(['/haven', '/haven/', '/a/b.c/~d_e-f'])('is used: %s', async (header) => {
      expect(await locationWith(send, header)).toMatch(`${header.replace(/\/$/, '')}/api/`);
    });

    it.each([
      '/',
      '//evil.example',
      'https://evil.example',
      'haven',
      '/../x',
      '/a/./b',
      '/a?b',
      '/a b',
      '/a, /b',
      '/a//',
      '/a>b',
      '/%2e%2e',
    ])('is ignored if it is not one plain path: %s', async (header) => {
      expect(await locationWith(send, header)).toMatch(/^\/api\//);
    });
  });
});

describe('server.publicUrl', () => {
  const { send } = behindProxy(['server.publicUrl=https://example.com/some/haven']);
  const change = (origin: string) =>
    send('PUT', 'api/v1/collections/films', {}, { origin }).then(({ status }) => status);

  it('allows its own pages to change something, whatever the host of the request is, and no others', async () => {
    expect(await change('https://example.com')).toBe(201);
    expect(await change('https://evil.example')).toBe(403);
    expect(await change('http://example.com')).toBe(403);
  });

  it('takes precedence over a header', async () => {
    const { headers } = await send('PUT', 'api/v1/collections/books', {}, { 'x-forwarded-prefix': '/other' });
    expect(headers.get('location')).toBe('/some/haven/api/v1/collections/books');
  });
});
