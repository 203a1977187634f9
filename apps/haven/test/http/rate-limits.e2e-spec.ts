import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { openStream, subscribe } from '../support/change-streams.js';
import { secondHaven, startHaven } from '../support/haven.js';
import type { ApiResponse, Haven } from '../support/haven.js';

/**
 * The window is so long that it does not end during a test. Each test sends its requests from a different IP address.
 */
const haven = limited([
  'rateLimits.perKey=100',
  'rateLimits.perTenant=150',
  'rateLimits.perAddress=400',
  'rateLimits.window=1h',
  'server.trustProxy=loopback',
]);
const films = '/collections/films';
const IN_WINDOW = { 'content-type': 'application/x-ndjson' };

/** Starts a Haven. Requests that a test sends through it come from an IP address that no other test uses. */
function limited(settings: string[]): Haven {
  const started = startHaven(settings);
  const { rest, graphql } = started;
  const from = (headers = {}) => ({ 'x-forwarded-for': addressOf(started.tenant), ...headers });
  started.rest = (method, path, body, headers) => rest(method, path, body, from(headers));
  started.graphql = (query, variables, headers) => graphql(query, variables, from(headers));
  return started;
}

/** Derives an address in 2001:db8::/32 from the id of a tenant. */
function addressOf(tenant: string): string {
  const digits = tenant.replaceAll('-', '');
  return `2001:db8:${digits.slice(0, 4)}:${digits.slice(4, 8)}::1`;
}

/** Returns what remains of the limit with the given name, according to the response. */
function left({ headers }: ApiResponse, name: string): number {
  const [, remaining] = new RegExp(`"${name}";r=(\\d+);t=\\d+`).exec(headers.get('ratelimit') ?? '') ?? [];
  return Number(remaining);
}

function problemOf({ status, headers, body }: ApiResponse): unknown {
  const resets = [...(headers.get('ratelimit') ?? '').matchAll(/;t=(\d+)/g)].map(([, t]) => Number(t));
  return {
    status,
    code: body.code,
    type: body.type,
    violated: body['violated-policies'],
    waits: Number(headers.get('retry-after')) >= Math.min(...resets),
  };
}

const TYPE = 'https://iana.org/assignments/http-problem-types#quota-exceeded';
const refusedBy = (...violated: string[]) => ({ status: 429, code: 'RATE_LIMITED', type: TYPE, violated, waits: true });

describe('a response', () => {
  it.each([
    ['that succeeds', () => haven.rest('GET', '/collections'), 200],
    ['that fails', () => haven.rest('GET', '/collections/none'), 404],
    ['for an unknown URL', () => haven.rest('GET', '/nothing'), 404],
    ['of GraphQL', () => haven.graphql('{ collections { totalCount } }'), 200],
    ['for malformed GraphQL', () => haven.graphql('{'), 400],
  ])('%s has the limits and what remains of them', async (_, ask, status) => {
    const answer = await ask();
    expect(answer.status).toBe(status);
    expect(answer.headers.get('ratelimit-policy')).toBe(
      '"address";q=400;w=3600, "key";q=100;w=3600, "tenant";q=150;w=3600',
    );
    expect(answer.headers.get('ratelimit')).toBe('"address";r=399;t=3600, "key";r=99;t=3600, "tenant";r=149;t=3600');
  });

  it('to an unauthenticated client has only the limit of the address', async () => {
    const answer = await haven.rest('GET', '/collections', undefined, { authorization: 'Bearer hvn_nonsense' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('ratelimit')).toBe('"address";r=349;t=3600');
  });

  it.each(['//livez', '//readyz', '//health', '//openapi.json', '//docs/errors'])(
    'of %s has no limits',
    async (path) => {
      const answer = await haven.rest('GET', path);
      expect([answer.status, answer.headers.get('ratelimit')]).toEqual([200, null]);
    },
  );
});

describe('the cost', () => {
  const costs: Record<string, [() => Promise<ApiResponse>, number]> = {
    'a read': [() => haven.rest('GET', films), 1],
    'a query in a body': [() => haven.rest('POST', `${films}/query`, {}), 1],
    QUERY: [() => haven.rest('QUERY', `${films}/records`, {}), 1],
    options: [() => haven.rest('OPTIONS', films), 0],
    'a write': [() => haven.rest('POST', `${films}/records`, { data: {} }), 5],
    'a delete': [() => haven.rest('DELETE', `${films}/records/${randomUUID()}`), 5],
    'a query': [() => haven.graphql('{ collections { totalCount } }'), 1],
    'three queries': [
      () =>
        haven.graphql('{ a: usage { tenant } ...F } fragment F on Query { b: usage { tenant } c: usage { tenant } }'),
      3,
    ],
    'two mutations': [
      () =>
        haven.graphql(
          'mutation { a: createCollection(input: { name: "a" }) { name } b: createCollection(input: { name: "b" }) { name } }',
        ),
      10,
    ],
    'a batch': [
      () =>
        haven.rest('POST', '/batch', {
          operations: Array.from({ length: 20 }, () => ({ op: 'create', collection: 'films', data: {} })),
        }),
      25,
    ],
    'a batch of GraphQL': [
      () =>
        haven.graphql(
          'mutation { batch(operations: [{ op: "create", collection: "films", data: {} }]) { results { status } } }',
        ),
      6,
    ],
    'an import': [() => haven.rest('POST', `${films}/import`, '{}\n'.repeat(30), IN_WINDOW), 35],
    'an import of long lines': [
      () => haven.rest('POST', `${films}/import`, `{"a":"${'x'.repeat(40_960)}"}\n`, IN_WINDOW),
      16,
    ],
  };

  it.each(Object.entries(costs))('of %s', async (_, [ask, cost]) => {
    const made = await haven.rest('POST', '/collections', { name: 'films' });
    await ask();
    const after = await haven.rest('GET', '/collections');
    expect(left(made, 'key') - left(after, 'key') - 1).toBe(cost);
    expect(left(made, 'tenant') - left(after, 'tenant') - 1).toBe(cost);
    expect(left(made, 'address') - left(after, 'address') - 1).toBe(cost);
  });

  it('of rejected requests is nothing', async () => {
    await haven.rest('POST', '/collections', { name: 'films' });
    const before = await haven.rest('GET', '/collections');
    const operations = Array.from({ length: 95 }, () => ({ op: 'create', collection: 'films', data: {} }));
    expect(problemOf(await haven.rest('POST', '/batch', { operations }))).toEqual(refusedBy('key'));
    const after = await haven.rest('GET', `${films}/records`);
    expect(after.body.items).toEqual([]);
    expect(left(before, 'key') - left(after, 'key')).toBe(6); // the rejected request itself (5) and the last read (1)
  });

  it('that exceeds a whole limit is rejected at once', async () => {
    await haven.rest('POST', '/collections', { name: 'films' });
    const operations = Array.from({ length: 101 }, () => ({ op: 'create', collection: 'films', data: {} }));
    const answer = await haven.rest('POST', '/batch', { operations });
    expect([answer.status, answer.body.code]).toEqual([422, 'LIMIT_EXCEEDED']);
  });
});

describe('a client that exceeds a limit', () => {
  const spend = async (headers: Record<string, string> = {}) => {
    let answer = await haven.rest('GET', '/collections', undefined, headers);
    while (answer.status === 200) answer = await haven.rest('GET', '/collections', undefined, headers);
    return answer;
  };

  it('is rejected in REST before the body is read', async () => {
    expect(problemOf(await spend())).toEqual(refusedBy('key'));
    expect(problemOf(await haven.rest('POST', '/collections', 'no json'))).toEqual(refusedBy('key'));
  });

  it('is rejected in GraphQL with the same code', async () => {
    await spend();
    const { status, headers, body } = await haven.graphql('{ collections { totalCount } }');
    expect(status).toBe(429);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(body.errors[0].extensions).toMatchObject({ code: 'RATE_LIMITED', status: 429, violatedPolicies: ['key'] });
  });

  it('is rejected in GraphQL if the operation alone exceeds the limit', async () => {
    while (left(await haven.rest('GET', '/collections'), 'key') > 3);
    const { status, headers, body } = await haven.graphql(
      'mutation { createCollection(input: { name: "late" }) { name } }',
    );
    expect(status).toBe(429);
    expect(headers.get('ratelimit')).toContain('"key";r=2;');
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(body.errors[0].extensions).toMatchObject({ code: 'RATE_LIMITED', violatedPolicies: ['key'] });
    expect((await haven.sql('SELECT FROM haven.collections WHERE tenant_id = $1', [haven.tenant])).length).toBe(0);
  });

  it('does not affect other keys of the tenant within the limit of the tenant', async () => {
    const [one, other] = await Promise.all([issueKey(), issueKey()]);
    await spend();
    expect(problemOf(await spend({ authorization: `Bearer ${one}` }))).toEqual(refusedBy('tenant'));
    expect(problemOf(await haven.rest('GET', '/collections', undefined, { authorization: `Bearer ${other}` }))).toEqual(
      refusedBy('tenant'),
    );
  });

  it('does not affect other tenants', async () => {
    await spend();
    expect((await haven.rest('GET', '/collections', undefined, { 'x-test-tenant': randomUUID() })).status).toBe(200);
  });

  it('by guessing keys is rejected with valid ones too', async () => {
    const key = await issueKey();
    const guess = { authorization: `Bearer hvn_${'0'.repeat(16)}_${'0'.repeat(64)}` };
    const guesses = [];
    for (let answer = await haven.rest('GET', '/usage', undefined, guess); ;) {
      guesses.push(answer.status);
      if (answer.status !== 401) break;
      answer = await haven.rest('GET', '/usage', undefined, guess);
    }
    // Each guess costs 51, so eight exceed the limit of 400 per address.
    expect(guesses).toEqual([401, 401, 401, 401, 401, 401, 401, 401, 429]);
    const good = await haven.rest('GET', '/usage', undefined, { authorization: `Bearer ${key}` });
    expect(problemOf(good)).toEqual(refusedBy('address'));
    const elsewhere = { authorization: `Bearer ${key}`, 'x-forwarded-for': '192.0.2.1' };
    expect((await haven.rest('GET', '/usage', undefined, elsewhere)).status).toBe(200);
  });

  it('cannot open a stream or subscribe', async () => {
    const headers = { 'x-test-tenant': haven.tenant, 'x-forwarded-for': addressOf(haven.tenant) };
    const subscription = subscribe(haven.url, 'subscription { changes { type } }', { headers });
    const stream = await openStream(`${haven.url}/api/v1/changes`, headers);
    expect(stream.response.status).toBe(200);
    expect(stream.response.headers.get('ratelimit')).toContain('"key";');
    stream.close();
    await spend();
    expect((await openStream(`${haven.url}/api/v1/changes`, headers)).response.status).toBe(429);
    const another = subscribe(haven.url, 'subscription { changes { type } }', { headers });
    expect((await another.closed).code).toBe(1013);
    const second = subscribeOver(subscription.client);
    expect(await second).toMatchObject([{ extensions: { code: 'RATE_LIMITED', violatedPolicies: ['key'] } }]);
    subscription.stop();
  });

  async function issueKey(): Promise<string> {
    await haven.sql(
      "INSERT INTO haven.tenants VALUES ($1::uuid, $1::text, 'active', 1, now(), now()) ON CONFLICT DO NOTHING",
      [haven.tenant],
    );
    const input = { name: 'test', scopes: ['records:read'] };
    const made = await haven.rest('POST', '/api-keys', input, { 'x-forwarded-for': '192.0.2.2' });
    return made.body.token;
  }
});

describe('the address of a client', () => {
  const leftFor = async (forwarded: string) =>
    left(await haven.rest('GET', '/collections', undefined, { 'x-forwarded-for': forwarded }), 'address');

  it.each([
    ['an IPv4 address', ['192.0.2.50', '192.0.2.50:1000', '198.51.100.1, 192.0.2.50:1001']],
    ['an IPv6 address', ['2001:db8:ffff::1', '[2001:db8:ffff::1]:1000', '[2001:db8:ffff::2]']],
    ['no address, which counts as the proxy', ['unknown', 'a:1', '999.0.0.1:80']],
  ])('is the same for each port of %s', async (_, forwarded) => {
    const before = await leftFor(forwarded[0]!);
    for (const [index, entry] of forwarded.entries()) expect(await leftFor(entry)).toBe(before - 1 - index);
  });
});

describe('a WebSocket', () => {
  const open = async (address: string): Promise<WebSocket> => {
    const socket = new WebSocket(`${haven.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { 'x-test-tenant': haven.tenant, 'x-forwarded-for': address },
    });
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('open', resolve).once('close', resolve));
    return socket;
  };
  const closeCode = (socket: WebSocket) => new Promise((resolve) => socket.once('close', resolve));
  const leftOf = async (address: string) =>
    left(await haven.rest('GET', '/collections', undefined, { 'x-forwarded-for': address }), 'address');

  it('is charged for each message, and closed when a limit is exceeded', async () => {
    const socket = await open('192.0.2.60');
    const closed = closeCode(socket);
    let pongs = 0;
    socket.on('message', (data: Buffer) => data.toString().includes('pong') && pongs++);
    const acknowledged = new Promise((resolve) => socket.once('message', resolve));
    socket.send('{"type":"connection_init"}');
    await acknowledged;
    for (let n = 0; n < 150; n++) socket.send('{"type":"ping"}');
    expect(await closed).toBe(1013);
    expect(pongs).toBe(99); // of the 100 of the key, one was for the connection
  });

  it('is charged to the address before authentication, and refused when the limit is exceeded', async () => {
    const before = await leftOf('192.0.2.61');
    const socket = await open('192.0.2.61:4711');
    const pong = new Promise((resolve) => socket.once('message', resolve));
    socket.send('{"type":"ping"}');
    await pong;
    expect(await leftOf('192.0.2.61')).toBe(before - 3);
    const closed = closeCode(socket);
    for (let n = 0; n < 400; n++) socket.ping();
    expect(await closed).toBe(1013);
    const refused = new WebSocket(`${haven.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { 'x-forwarded-for': '192.0.2.61' },
    });
    const status = await new Promise((resolve) =>
      refused.once('unexpected-response', (_request, response) => resolve(response.destroy().statusCode)),
    );
    expect(status).toBe(429);
  });

  it('may send only a short message before authentication', async () => {
    const socket = await open('192.0.2.62');
    const closed = closeCode(socket);
    socket.send(JSON.stringify({ type: 'connection_init', payload: { a: 'x'.repeat(40_000) } }));
    expect(await closed).toBe(1009);
  });
});

describe('a stream of changes', () => {
  it('costs as much as one read for each ten changes that it delivers', async () => {
    await haven.rest('POST', '/collections', { name: 'films' });
    const address = '192.0.2.70';
    const stream = await openStream(`${haven.url}/api/v1/changes`, {
      'x-test-tenant': haven.tenant,
      'x-forwarded-for': address,
    });
    const operations = Array.from({ length: 20 }, () => ({ op: 'create', collection: 'films', data: {} }));
    await haven.rest('POST', '/batch', { operations });
    await expect.poll(() => stream.events.length, { timeout: 20_000 }).toBe(21);
    let reads = 0;
    const cost = async () => {
      const answer = await haven.rest('GET', '/collections', undefined, { 'x-forwarded-for': address });
      return 400 - left(answer, 'address') - ++reads;
    };
    await expect.poll(cost).toBe(3); // the stream itself, and two for the changes
    stream.close();
  });
});

/** Returns the errors of another subscription over an open connection. */
function subscribeOver(client: ReturnType<typeof subscribe>['client']): Promise<unknown> {
  return new Promise((resolve) => {
    const sink = { next: () => undefined, complete: () => resolve(null), error: resolve };
    client.subscribe({ query: 'subscription { changes { type } }' }, sink);
  });
}

describe('an import', () => {
  let slow: Awaited<ReturnType<typeof secondHaven>>;
  beforeAll(async () => {
    slow = await secondHaven(haven, ['rateLimits.perTenant=150', 'rateLimits.window=1s']);
  });
  afterAll(() => slow.app.close());

  const bring = (lines: number, query = '', headers = {}): Promise<Response> =>
    fetch(`${slow.url}/api/v1${films}/import${query}`, {
      method: 'POST',
      body: '{}\n'.repeat(lines),
      headers: { ...IN_WINDOW, 'x-test-tenant': haven.tenant, ...headers },
    });

  it('is slowed down to the limit of the tenant', async () => {
    await haven.rest('POST', '/collections', { name: 'films' });
    const answer = await bring(400);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([200, null]);
    expect(await answer.json()).toMatchObject({ imported: 400, failed: 0 });
  });

  it.each([
    ['is atomic', '?atomic=true', {}],
    ['has a key', '', { 'idempotency-key': 'once' }],
  ])('that %s is slowed down too, because no transaction is open while it waits', async (_, query, headers) => {
    await haven.rest('POST', '/collections', { name: 'films' });
    const answer = await bring(400, query, headers);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([200, null]);
    expect(await answer.json()).toMatchObject({ imported: 400, failed: 0 });
  });
});

describe('a tenant with too many concurrent requests', () => {
  let narrow: Awaited<ReturnType<typeof secondHaven>>;
  beforeAll(async () => {
    narrow = await secondHaven(haven, ['rateLimits.concurrentPerTenant=2']);
  });
  afterAll(() => narrow.app.close());

  it('gets further requests rejected, and other tenants do not', async () => {
    await haven.rest('POST', '/collections', { name: 'films' });
    const bodies = [1, 2].map(() => new TransformStream<Uint8Array>());
    const running = bodies.map((body) =>
      fetch(`${narrow.url}/api/v1${films}/import`, {
        method: 'POST',
        body: body.readable,
        duplex: 'half',
        headers: { ...IN_WINDOW, 'x-test-tenant': haven.tenant },
      } as RequestInit),
    );
    const ask = (tenant: string) => fetch(`${narrow.url}/api/v1/collections`, { headers: { 'x-test-tenant': tenant } });
    const writers = bodies.map(({ writable }) => writable.getWriter());
    await Promise.all(writers.map((writer) => writer.write(Buffer.from('{}\n'))));
    let refused = await ask(haven.tenant);
    while (refused.status === 200) refused = await ask(haven.tenant); // until both imports have started
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({ code: 'RATE_LIMITED', 'violated-policies': ['concurrency'] });
    expect((await ask(randomUUID())).status).toBe(200);
    await Promise.all(writers.map((writer) => writer.close()));
    expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200]);
    let again = await ask(haven.tenant);
    // A client may receive a response before its request has ended on the server.
    while (again.status === 429) again = await ask(haven.tenant);
    expect(again.status).toBe(200);
  });
});
