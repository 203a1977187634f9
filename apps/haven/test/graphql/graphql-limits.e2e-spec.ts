import { getIntrospectionQuery } from 'graphql';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import WebSocket from 'ws';

import { subscribe } from '../support/change-streams.js';
import type { Subscription } from '../support/change-streams.js';
import { secondHaven, startHaven } from '../support/haven.js';
import type { ApiResponse } from '../support/haven.js';

const haven = startHaven(['limits.socketsPerTenant=3', 'limits.subscriptionsPerSocket=2']);

const open: { close(): void }[] = [];
const waitFor = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 20_000, interval: 10 });

beforeEach(async () => {
  await haven.rest('POST', '/collections', { name: 'movies' });
});
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

/** Subscribes as the tenant of the test, and closes the connection after the test. */
function subscribed(query: string, variables: Record<string, unknown> = {}): Subscription {
  const headers = { 'x-test-tenant': haven.tenant };
  const subscription = subscribe(haven.url, query, { headers, variables });
  open.push({ close: () => void subscription.client.dispose() });
  return subscription;
}

const aliases = Array.from({ length: 31 }, (_, n) => `a${n}: __typename`).join(' ');
const include = '@include(if: true) '.repeat(6);
const HISTORY = 'history(first: $n) { edges { node { version } } }';
const DEEP = `${'a { '.repeat(13)} a ${'} '.repeat(13)}`;

describe('a literal', () => {
  const firstError = async (query: string): Promise<any> => (await haven.graphql(query)).body.errors[0].extensions;

  it.each([
    ['an argument', '{ collection(name: "a\\u0000b") { name } }', '/name'],
    ['a member of an input', 'mutation { createCollection(input: { name: "\\u0000" }) { name } }', '/input/name'],
    ['a list', '{ records(collection: "movies", sort: ["a", "\\u0000"]) { totalCount } }', '/sort/1'],
    ['JSON', '{ records(collection: "movies", filter: {a: [{b: "\\u0000"}]}) { totalCount } }', '/a/0/b'],
    ['a default value', 'query($n: String! = "\\u0000") { collection(name: $n) { name } }', ''],
  ])('with U+0000 is rejected in %s', async (_where, query, pointer) => {
    expect(await firstError(query)).toMatchObject({ code: 'JSON_NOT_EXACT', status: 422, errors: [{ pointer }] });
  });

  it.each([1_900, 990])('nested %i lists deep is rejected', async (depth) => {
    const lists = '['.repeat(depth) + (depth > 1_000 ? '' : ']'.repeat(depth));
    const query = `{ records(collection: "movies", filter: ${lists}) { totalCount } }`;
    expect((await firstError(query)).status).toBeLessThan(500);
    const subscription = subscribed(`subscription { changes(filter: ${lists}) { type } }`);
    await subscription.ended;
    expect((subscription.errors as any)[0].extensions.status).toBeLessThan(500);
  });
});

describe('each limit of a document is named in the error when it is exceeded:', () => {
  it.each<[string, string, number, string, number?]>([
    ['depth', `query($n: Int) { record(collection: "x", id: "x") { ${DEEP} } }`, 12, 'graphqlDepth', 14],
    ['aliases', `query($n: Int) { ${aliases} }`, 30, 'graphqlAliases', 31],
    ['tokens', `query($n: Int) { ${'__typename '.repeat(2_000)} }`, 2_000, 'graphqlTokens'],
    ['directives', `query($n: Int) { __typename ${include} }`, 5, 'graphqlDirectives', 6],
    [
      'root fields',
      `query($n: Int) { ${Array.from({ length: 21 }, (_, n) => `r${n}: collections { totalCount }`).join(' ')} }`,
      20,
      'graphqlRootFields',
      21,
    ],
    [
      'cost',
      `query($n: Int) { records(collection: "movies", first: $n) { edges { node { ${HISTORY} } } } }`,
      10_000,
      'graphqlCost',
      251_001,
    ],
  ])('%s', async (_what, query, max, name, value) => {
    const { status, body } = await haven.graphql(query, { n: 500 });
    expect(status).toBe(400);
    expect(body.data).toBeUndefined();
    const limit = { name: `limits.${name}`, max, ...(value !== undefined && { value }) };
    const refusal = body.errors.find(({ extensions }: any) => extensions.code === 'GRAPHQL_LIMIT_EXCEEDED');
    expect(refusal.extensions).toEqual({
      code: 'GRAPHQL_LIMIT_EXCEEDED',
      status: 400,
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      limit,
    });
    expect(refusal.message).toContain(`${max} (limits.${name})`);
  });

  it.each([
    ['depth', `subscription($n: Int) { changes { record { ${DEEP} } } }`, 'graphqlDepth'],
    ['aliases', `subscription($n: Int) { changes { ${aliases} } }`, 'graphqlAliases'],
    ['tokens', `subscription($n: Int) { changes { ${'type '.repeat(2_000)} } }`, 'graphqlTokens'],
    ['directives', `subscription($n: Int) { changes { type ${include} } }`, 'graphqlDirectives'],
    ['cost', `subscription($n: Int) { changes { record { ${many('h', 25, HISTORY)} } } }`, 'graphqlCost'],
  ])('%s, over a WebSocket', async (_what, query, name) => {
    const refused = subscribed(query, { n: 500 });
    await refused.ended;
    const errors = refused.errors as { extensions: { code: string; limit: { name: string } } }[];
    const refusal = errors.find(({ extensions }) => extensions.code === 'GRAPHQL_LIMIT_EXCEEDED');
    expect(refusal?.extensions.limit.name).toBe(`limits.${name}`);
  });

  it('cost, also of a mutation, which is not executed', async () => {
    const create = many('c', 10, 'createRecord(collection: "movies", data: {}) { history(first: 500) { totalCount } }');
    const double = many('d', 10, 'createRecord(collection: "movies", data: {}) { history(first: 500) { totalCount } }');
    const { status, body } = await haven.graphql(`mutation { ${create} ${double} }`);
    expect([status, body.errors[0].extensions.limit]).toEqual([
      400,
      { name: 'limits.graphqlCost', max: 10_000, value: 10_440 },
    ]);
    expect((await haven.rest('GET', '/collections/movies/records?count=exact')).body.total).toBe(0);
  });

  it('cost that is too expensive to compute', async () => {
    const names = ['id', 'version', 'data', 'createdAt', 'updatedAt'];
    const fields = Array.from({ length: 1_000 }, (_, n) => names[n % names.length]).join(' ');
    const roots = many('r', 20, 'record(collection: "movies", id: "x") { ...F }');
    const { status, body } = await haven.graphql(`{ ${roots} } fragment F on Record { ${fields} }`);
    expect(status).toBe(400);
    expect(body.errors[0].extensions.limit).toEqual({ name: 'limits.graphqlCost', max: 10_000 });
  });

  it('one document per request', async () => {
    const { status, body } = await haven.rest('POST', '//graphql', [{ query: '{ __typename }' }]);
    expect([status, body.errors[0].extensions.code]).toEqual([400, 'MALFORMED_GRAPHQL']);
    expect(body.errors[0].message).toContain('one document');
  });
});

describe('each limit of a filter applies to REST, GraphQL and subscriptions:', () => {
  const deep = (depth: number): object => (depth === 0 ? { n: 1 } : { _not: deep(depth - 1) });

  it.each([
    ['filterDepth', deep(11)],
    ['filterOperators', { _or: Array.from({ length: 101 }, (_, n) => ({ n })) }],
    ['inLength', { n: { _in: Array.from({ length: 501 }, (_, n) => n) } }],
    ['patternLength', { n: { _like: 'x'.repeat(257) } }],
  ])('%s', async (name, filter) => {
    const variables = { filter };
    const rest = await haven.rest('POST', '/collections/movies/query', variables);
    const list = 'query($filter: JSON) { records(collection: "movies", filter: $filter) { edges { cursor } } }';
    const { body } = await haven.graphql(list, variables);
    const followed = subscribed('subscription($filter: JSON) { changes(filter: $filter) { type } }', variables);
    await followed.ended;
    for (const { code, detail } of [rest.body, ...[body.errors[0], followed.errors[0]].map(problemIn)])
      expect([code, detail]).toEqual(['LIMIT_EXCEEDED', expect.stringContaining(`(limits.${name})`)]);
  });
});

describe('the cost', () => {
  const query = '{ records(collection: "movies", first: 100) { edges { node { data } } } }';

  it('is returned on request', async () => {
    expect((await haven.graphql(query, {}, { 'graphql-cost': '1' })).body.extensions).toEqual({
      cost: { value: 201, max: 10_000 },
    });
    expect((await haven.graphql(query)).body.extensions).toBeUndefined();
  });

  it('is missing for a document that is not executed', async () => {
    expect((await haven.graphql('{ nope }', {}, { 'graphql-cost': '1' })).body.extensions).toBeUndefined();
  });
});

describe('without introspection', () => {
  let closed: { url: string; close(): Promise<void> };
  const ask = async (query: string): Promise<ApiResponse> => {
    const response = await fetch(`${closed.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };

  beforeEach(async () => {
    const { app, url } = await secondHaven(haven, ['graphql.introspection=false']);
    closed = { url, close: () => app.close() };
  });
  afterEach(() => closed.close());

  it('errors reveal nothing of the schema, not even by suggestions', async () => {
    expect((await haven.graphql('{ recrod { id } }')).body.errors[0].message).toContain('Did you mean');
    for (const query of [getIntrospectionQuery(), '{ __type(name: "Record") { name } }']) {
      const { status, body } = await ask(query);
      expect([status, body.data, body.errors[0].extensions.code]).toEqual([400, undefined, 'MALFORMED_GRAPHQL']);
    }
    for (const query of [
      '{ recrod { id } }',
      '{ records(colection: "x") { edges { cursor } } }',
      '{ record(collection: "x", id: "x") { ... on Recrod { id } } }',
      'mutation { createCollection(input: { nam: "x" }) { name } }',
    ]) {
      const { status, body } = await ask(query);
      expect(status, query).toBe(400);
      expect(JSON.stringify(body), query).not.toContain('Did you mean');
    }
    expect((await ask('{ __typename collections { totalCount } }')).body.data.__typename).toBe('Query');
  });

  it('nor do errors over a WebSocket', async () => {
    const refused = subscribe(closed.url, 'subscription { chnages { type } }');
    open.push({ close: () => void refused.client.dispose() });
    await refused.ended;
    expect(refused.errors[0].message).toBe('Cannot query field "chnages" on type "Subscription".');
  });
});

describe('JSON of a GraphQL request', () => {
  it('is validated like other JSON in a URL', async () => {
    const variables = encodeURIComponent('{"f":{"n":9007199254740993}}');
    const query = encodeURIComponent('query($f: JSON) { records(collection: "movies", filter: $f) { totalCount } }');
    const answer = await haven.rest('GET', `//graphql?query=${query}&variables=${variables}`, undefined, {
      'apollo-require-preflight': '1',
    });
    expect([answer.status, answer.body.errors[0].extensions.code]).toEqual([422, 'JSON_NOT_EXACT']);
    expect(answer.body.errors[0].extensions.traceId).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each([
    ['is not exact JSON', '{"type":"ping","payload":{"n":9007199254740993}}'],
    ['nests too deep', `{"type":"ping","payload":{"n":${'['.repeat(80)}${']'.repeat(80)}}}`],
    ['is malformed', '{"type":'],
  ])('closes the WebSocket with 4400 if it %s', async (_what, message) => {
    const socket = connect();
    socket.on('open', () => socket.send(message));
    expect((await closeOf(socket)).code).toBe(4400);
  });
});

describe('WebSocket connections', () => {
  const CHANGES = 'subscription { changes { type } }';

  it('are limited per tenant, and excess clients are asked to retry later', async () => {
    const own = [1, 2, 3].map(() => subscribed(CHANGES));
    await waitFor(() => expect(own.map(({ changes }) => changes.length)).toEqual([1, 1, 1]));
    expect(await subscribed(CHANGES).closed).toMatchObject({
      code: 1013,
      reason: expect.stringContaining('limits.socketsPerTenant'),
    });
    const tenant = haven.tenant;
    haven.tenant = '00000000-0000-4000-8000-00000000000b';
    const other = subscribed(CHANGES);
    await waitFor(() => expect(other.changes).toHaveLength(1));
    haven.tenant = tenant;
    own[0]?.kill();
    await waitFor(async () => {
      const again = subscribed(CHANGES);
      await waitFor(() => expect(again.changes.length + (again.errors ? 1 : 0)).toBe(1));
      expect(again.changes).toHaveLength(1);
    });
  });

  it('are limited per process, whether or not they have sent anything', async () => {
    const { app, url } = await secondHaven(haven, ['limits.sockets=2']);
    const silent = [connect(url), connect(url)];
    await Promise.all(silent.map((socket) => new Promise((resolve) => socket.once('open', resolve))));
    expect(await closeOf(connect(url))).toEqual({ code: 1013, reason: expect.stringContaining('limits.sockets') });
    await app.close();
  });

  it('have a limited number of subscriptions', async () => {
    const socket = connect();
    const messages: any[] = [];
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString())));
    await waitFor(() => expect(messages).toMatchObject([{ type: 'connection_ack' }]));
    const ask = (id: string) => socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query: CHANGES } }));
    ask('1');
    ask('2');
    await waitFor(() => expect(messages.filter(({ type }) => type === 'next')).toHaveLength(2));
    ask('3');
    await waitFor(() => expect(messages.at(-1)).toMatchObject({ id: '3', type: 'error' }));
    expect(messages.at(-1).payload[0].extensions.code).toBe('LIMIT_EXCEEDED');
    expect(messages.at(-1).payload[0].message).toContain('limits.subscriptionsPerSocket');
    socket.send('{"type":"complete","id":"1"}');
    await waitFor(async () => {
      const before = messages.length;
      ask('4');
      await waitFor(() => expect(messages.length).toBeGreaterThan(before));
      expect(messages.at(-1)).toMatchObject({ id: '4', type: 'next' });
    });
  });
});

function connect(url = haven.url): WebSocket {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers: { 'x-test-tenant': haven.tenant },
  });
  socket.on('error', () => undefined);
  open.push({ close: () => socket.terminate() });
  return socket;
}

function closeOf(socket: WebSocket): Promise<{ code: number; reason: string }> {
  return new Promise((resolve) => socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })));
}

function many(prefix: string, count: number, field: string): string {
  return Array.from({ length: count }, (_, n) => `${prefix}${n}: ${field}`).join(' ');
}

function problemIn({ message, extensions }: { message: string; extensions: { code: string } }) {
  return { code: extensions.code, detail: message };
}
