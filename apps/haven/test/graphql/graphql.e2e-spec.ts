import { serverAudits } from 'graphql-http';
import { beforeEach, describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import type { ApiResponse } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';

const haven = startHaven();

const CREATE = 'mutation($d: JSONObject!) { createRecord(collection: "movies", data: $d) { id version data } }';

function expectError({ body }: ApiResponse, code: string, status: number): void {
  expect(body.errors[0]).toMatchObject({
    message: expect.any(String),
    extensions: { code, status, traceId: expect.stringMatching(/^[0-9a-f]{32}$/) },
  });
  expect(JSON.stringify(body)).not.toMatch(/stacktrace|exception|node_modules|\\n\s+at /);
}

function expectRefusal(answer: ApiResponse, limit: string): void {
  expectError(answer, 'GRAPHQL_LIMIT_EXCEEDED', 400);
  expect(answer.status).toBe(400);
  expect(answer.body.data).toBeUndefined();
  expect(answer.body.errors.map(({ message }: { message: string }) => message).join()).toContain(limit);
}

beforeEach(async () => {
  await haven.rest('POST', '/collections', { name: 'movies' });
});

describe('GraphQL over HTTP', () => {
  it.each(serverAudits({ url: () => `${haven.url}/graphql` }).map((audit) => [audit.name, audit] as const))(
    '%s',
    async (_name, audit) => {
      const result = await audit.fn();
      expect({ status: result.status, ...('reason' in result && { reason: result.reason }) }).not.toMatchObject({
        status: 'error',
      });
      if (result.status !== 'ok' && /^(MUST|SHALL)/.test(audit.name)) expect(result).toMatchObject({ status: 'ok' });
    },
  );

  it.each(['application/graphql-response+json', 'application/json', '*/*', undefined])(
    'executes a query by GET, but not a mutation, with Accept: %s',
    async (accept) => {
      const get = (parameters: Record<string, string>) =>
        haven.rest('GET', `//graphql?${new URLSearchParams(parameters)}`, undefined, accept ? { accept } : {});
      const query = 'query Read($name: String!) { collection(name: $name) { name } } mutation Drop { __typename }';
      const read = { query, operationName: 'Read', variables: '{"name":"movies"}' };
      expect((await get(read)).body).toEqual({ data: { collection: { name: 'movies' } } });
      expect((await get({ query: '{ __typename }', operationName: '' })).status).toBe(200);
      for (const mutation of [
        { query: 'mutation { deleteCollection(name: "movies") }' },
        { ...read, operationName: 'Drop' },
      ]) {
        const refused = await get(mutation);
        expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST']);
        expect(refused.body.data).toBeUndefined();
      }
      expect((await haven.rest('GET', '/collections/movies')).status).toBe(200);
    },
  );

  it('treats an empty operationName as none', async () => {
    for (const operationName of ['', null, undefined])
      expect((await haven.rest('POST', '//graphql', { query: '{ __typename }', operationName })).body).toEqual({
        data: { __typename: 'Query' },
      });
  });

  it('requires application/json in UTF-8', async () => {
    const post = (type: string) =>
      haven.rest('POST', '//graphql', '{"query":"{ __typename }"}', { 'content-type': type });
    for (const type of ['application/json', 'application/json;charset=utf8', 'Application/JSON; charset="UTF-8"'])
      expect((await post(type)).status, type).toBe(200);
    for (const type of [
      'application/json; charset=utf-16',
      'application/json; charset=iso-8859-1',
      'application/merge-patch+json',
      'application/graphql',
    ]) {
      const refused = await post(type);
      expect([refused.status, refused.headers.get('accept-post')], type).toEqual([415, 'application/json']);
      expectError(refused, 'UNSUPPORTED_MEDIA_TYPE', 415);
    }
  });

  it('rejects requests that a form of another site could send', async () => {
    const query = 'mutation { deleteCollection(name: "movies") }';
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const answer = await haven.rest('POST', '//graphql', JSON.stringify({ query }), { 'content-type': type });
      expect(answer.status, type).toBe(415);
    }
    expect((await haven.rest('GET', '/collections/movies')).status).toBe(200);
  });

  it('rejects a batch of requests', async () => {
    expect((await haven.rest('POST', '//graphql', [{ query: '{ __typename }' }])).status).toBe(400);
  });
});

describe('a document is limited', () => {
  const nested = (depth: number) => `{ ${'a { '.repeat(depth - 1)}a${' }'.repeat(depth - 1)} }`;

  it('in depth', async () => {
    expectRefusal(await haven.graphql(nested(14)), 'limits.graphqlDepth');
  });

  it('in depth through fragments, even with exponentially many paths', async () => {
    const fragments = Array.from(
      { length: 60 },
      (_, n) => `fragment F${n} on Query { a { ...F${n + 1} ...F${n + 1} } }`,
    ).join(' ');
    expectRefusal(
      await haven.graphql(`{ ...F0 } ${fragments} fragment F60 on Query { __typename }`),
      'limits.graphqlDepth',
    );
  });

  it('in aliases', async () => {
    const aliased = (count: number) => `{ ${Array.from({ length: count }, (_, n) => `a${n}: __typename`).join(' ')} }`;
    expectRefusal(await haven.graphql(aliased(31)), 'limits.graphqlAliases');
    expect((await haven.graphql(aliased(30))).status).toBe(200);
  });

  it('in aliases through fragments, which count each time they are spread', async () => {
    const many = Array.from({ length: 29 }, (_, n) => `a${n}: collection(name: "movies") { ...F }`).join(' ');
    const fragment = `fragment F on Collection { ${Array.from({ length: 29 }, (_, n) => `b${n}: name`).join(' ')} }`;
    expectRefusal(await haven.graphql(`{ ${many} } ${fragment}`), 'limits.graphqlAliases');
  });

  it('in tokens', async () => {
    const answer = await haven.graphql(`{ ${'__typename '.repeat(2_000)} }`);
    expectRefusal(answer, 'limits.graphqlTokens');
  });

  it('but not so much that introspection by tools fails', async () => {
    const { getIntrospectionQuery } = await import('graphql');
    const { status, body } = await haven.graphql(getIntrospectionQuery());
    expect(status).toBe(200);
    expect(body.errors).toBeUndefined();
    const names = body.data.__schema.queryType && body.data.__schema.types.map(({ name }: { name: string }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['Query', 'Mutation', 'Record', 'RecordConnection', 'PageInfo', 'JSON']),
    );
  });

  it('even in introspection, if it is repeated', async () => {
    const deep = 'fields { type { '.repeat(20);
    const { body } = await haven.graphql(`{ __schema { types { ${deep} name ${'} } '.repeat(20)} } } }`);
    expect(body.errors?.[0].extensions.code).toBe('MALFORMED_GRAPHQL');
  });
});

describe('connections', () => {
  const RECORDS =
    'query($first: Int, $after: String, $last: Int, $before: String) { records(collection: "movies", sort: ["n"], first: $first, after: $after, last: $last, before: $before) { edges { cursor node { data } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }';
  const numbers = ({ body }: ApiResponse): number[] =>
    body.data.records.edges.map(({ node }: { node: { data: { n: number } } }) => node.data.n);

  beforeEach(async () => {
    for (let n = 0; n < 5; n++) await haven.graphql(CREATE, { d: { n } });
  });

  it('have pages in both directions, with the cursors of REST', async () => {
    const first = await haven.graphql(RECORDS, { first: 2 });
    expect(numbers(first)).toEqual([0, 1]);
    expect(first.body.data.records.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const { endCursor } = first.body.data.records.pageInfo;
    const next = await haven.graphql(RECORDS, { first: 2, after: endCursor });
    expect(numbers(next)).toEqual([2, 3]);
    expect(
      numbers(await haven.graphql(RECORDS, { last: 2, before: next.body.data.records.pageInfo.startCursor })),
    ).toEqual([0, 1]);
    const rest = await haven.rest('GET', '/collections/movies/records?sort=n&limit=2');
    expect(rest.body.nextCursor).toBe(endCursor);
    expectError(await haven.graphql(RECORDS, { first: 2, last: 2 }), 'VALIDATION_FAILED', 422);
    expectError(await haven.graphql(RECORDS, { first: 2, after: 'nonsense' }), 'CURSOR_INVALID', 400);
    for (const size of [-1, 501])
      expect((await haven.graphql(RECORDS, { first: size })).body.errors?.[0].extensions.status, String(size)).toBe(
        422,
      );
  });

  it('count only if totalCount is selected', async () => {
    let answer: ApiResponse | undefined;
    const sentFor = async (selection: string): Promise<string> => {
      const sent = await statementsOf(async () => {
        answer = await haven.graphql(`{ records(collection: "movies", first: 1) { ${selection} } }`);
      });
      return sent.map(({ text }) => text).join();
    };
    const uncounted = await sentFor('edges { node { id } } pageInfo { hasNextPage }');
    expect(answer?.body.data.records.pageInfo.hasNextPage).toBe(true);
    expect(uncounted).toContain('haven.live_records');
    expect(uncounted).not.toMatch(/count\(/i);
    expect(await sentFor('totalCount')).toMatch(/count\(/i);
    expect(answer?.body.data.records.totalCount).toBe(5);
  });
});

describe('errors', () => {
  const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };

  it('have a code, a status and the trace id of the request', async () => {
    const answer = await haven.graphql('{ collection(name: "nothing") { name } }', {}, trace);
    expectError(answer, 'NOT_FOUND', 404);
    expect(answer.body.errors[0].extensions.traceId).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(answer.body.errors[0].path).toEqual(['collection']);
  });

  it.each([
    ['syntax', '{ collection('],
    ['an unknown field', '{ nothing }'],
    ['a missing argument', '{ collection { name } }'],
    ['a variable without a value', 'query($name: String!) { collection(name: $name) { name } }'],
  ])('for %s are MALFORMED_GRAPHQL', async (_what, document) => {
    const answer = await haven.graphql(document, {}, trace);
    expectError(answer, 'MALFORMED_GRAPHQL', 400);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].extensions.traceId).toBe('0af7651916cd43dd8448eb211c80319c');
  });

  it('have pointers and the current version, as in REST', async () => {
    const { id } = (await haven.graphql(CREATE, { d: {} })).body.data.createRecord;
    const conflict = await haven.graphql(
      'mutation($id: ID!) { deleteRecord(collection: "movies", id: $id, expectedVersion: 7) }',
      { id },
    );
    expectError(conflict, 'VERSION_CONFLICT', 412);
    expect(conflict.body.errors[0].extensions.current).toBe(1);
    const filter = await haven.graphql(
      '{ records(collection: "movies", filter: {n: {_gtt: 1}}) { edges { cursor } } }',
    );
    expectError(filter, 'FILTER_INVALID', 422);
    const rest = await haven.rest('POST', '/collections/movies/query', { filter: { n: { _gtt: 1 } } });
    expect(filter.body.errors[0].extensions.errors).toEqual(rest.body.errors);
  });

  it('of one field do not affect the data of others', async () => {
    const { body } = await haven.graphql(
      '{ good: collections { edges { node { name } } } bad: records(collection: "nothing") { edges { cursor } } }',
    );
    expect(body.data).toEqual({ good: { edges: [{ node: { name: 'movies' } }] }, bad: null });
    expect(body.errors).toMatchObject([{ path: ['bad'], extensions: { code: 'NOT_FOUND' } }]);
  });

  it('of one mutation do not hide what the others have stored', async () => {
    const create = (alias: string, collection: string) =>
      `${alias}: createRecord(collection: "${collection}", data: {}) { id }`;
    const mutation = `mutation { ${create('a', 'movies')} ${create('b', 'nothing')} ${create('c', 'movies')} }`;
    const repeatable = { 'idempotency-key': 'again' };
    for (const headers of [undefined, repeatable, repeatable]) {
      const { status, body } = await haven.graphql(mutation, {}, headers);
      expect(status).toBe(200);
      expect(body.data).toEqual({ a: { id: expect.any(String) }, b: null, c: { id: expect.any(String) } });
      expect(body.errors).toMatchObject([{ path: ['b'], extensions: { code: 'NOT_FOUND' } }]);
      const { a, c } = body.data;
      for (const { id } of [a, c])
        expect((await haven.rest('GET', `/collections/movies/records/${id}`)).status).toBe(200);
    }
    expect((await haven.rest('GET', '/collections/movies/records')).body.items).toHaveLength(4);
  });
});
