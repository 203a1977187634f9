import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { buildClientSchema, getIntrospectionQuery, getNamedType, isObjectType } from 'graphql';
import { serverAudits } from 'graphql-http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { subscribe } from '../support/change-streams.js';
import type { Subscription } from '../support/change-streams.js';
import { secondHaven, startHaven } from '../support/haven.js';
import type { ApiResponse } from '../support/haven.js';
import { parseExposition } from '../support/prometheus.js';

const LIST = 'query List { movies { totalCount edges { node { title } } } }';
const DIRECTORY = mkdtempSync(join(tmpdir(), 'haven-typed-'));
writeFileSync(join(DIRECTORY, 'manifest.json'), JSON.stringify({ list: LIST }));

const haven = startHaven([
  'metrics.enabled=true',
  'graphql.trustedDocuments=prefer',
  `graphql.trustedDocumentsPath=${DIRECTORY}`,
]);
afterAll(() => rmSync(DIRECTORY, { recursive: true }));

const waitFor = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 20_000, interval: 10 });

const MOVIE = {
  title: 'A movie',
  type: 'object',
  properties: { title: { type: 'string' }, year: { type: 'integer', minimum: 1800, maximum: 3000 } },
  required: ['title'],
};
const CREATE = 'mutation($title: String!) { createMovie(data: { title: $title, year: 1979 }) { _id title } }';
const TITLES = { data: { movies: { totalCount: 1, edges: [{ node: { title: 'Alien' } }] } } };

beforeEach(async () => {
  await haven.rest('POST', '/collections', { name: 'movies', schema: MOVIE });
  await haven.rest('POST', '/collections/movies/records', { data: { title: 'Alien', year: 1979 } });
});

const open: Subscription[] = [];
afterEach(() => {
  for (const { client } of open.splice(0)) void client.dispose();
});

function subscribed(query: string, url = haven.url): Subscription {
  const subscription = subscribe(url, query, { headers: { 'x-test-tenant': haven.tenant } });
  open.push(subscription);
  return subscription;
}

/** Sends a document to another process of the test. */
async function ask(url: string, query: string): Promise<any> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-test-tenant': haven.tenant },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

const post = (body: unknown, headers?: Record<string, string>): Promise<ApiResponse> =>
  haven.rest('POST', '//graphql', body, headers);
const get = (parameters: Record<string, string>): Promise<ApiResponse> =>
  haven.rest('GET', `//graphql?${new URLSearchParams(parameters)}`);
const scrape = async () => parseExposition((await haven.rest('GET', '//metrics')).body);

describe('a document with typed fields', () => {
  it('runs however a request refers to it', async () => {
    const persistedQuery = { version: 1, sha256Hash: createHash('sha256').update(LIST).digest('hex') };
    for (const respond of [
      () => post({ query: LIST }),
      () => post({ query: `${LIST} mutation Other { deleteCollection(name: "movies") }`, operationName: 'List' }),
      () => post({ documentId: 'list' }),
      () => post({ extensions: { persistedQuery } }),
      () => get({ query: LIST }),
      () => get({ documentId: 'list' }),
    ])
      expect((await respond()).body).toEqual(TITLES);
    expect((await get({ query: 'mutation { deleteMovie(id: "x") }' })).status).toBe(405);
  });

  it('can select generic fields, too', async () => {
    const { body } = await haven.graphql('{ movies { totalCount } collection(name: "movies") { name } }');
    expect(body).toEqual({ data: { movies: { totalCount: 1 }, collection: { name: 'movies' } } });
  });

  it.each([
    ['{ movie { title } }', 'Field "movie" argument "id" of type "ID!" is required, but it was not provided.'],
    ['{ movies { edges { node { titel } } } }', 'Did you mean "title"?'],
    ['{ movis { totalCount } }', 'Did you mean "movie" or "movies"?'],
    ['{ movies { totalCount }', 'Syntax Error: Expected Name, found <EOF>.'],
    ['{ movies(first: -1) { totalCount } }', '`first`'],
  ])('fails like any other document: %s', async (query, message) => {
    const { body } = await haven.graphql(query);
    expect(body.errors[0].message).toContain(message);
    expect(body.errors[0].extensions).toMatchObject({
      code: expect.stringMatching(/^[A-Z_]+$/),
      status: expect.any(Number),
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it('is counted and charged like any other, and shows its cost', async () => {
    const count = async () =>
      (await scrape()).value('haven_graphql_operation_duration_seconds_count', { graphql_operation_type: 'query' });
    const before = await count();
    const { extensions } = (await haven.graphql(LIST, {}, { 'graphql-cost': '1' })).body;
    expect(extensions.cost.value).toBeGreaterThan(20);
    expect(await count()).toBe(before + 1);
  });

  it('is executed once with an Idempotency-Key, and not at all as a dry run', async () => {
    const create = () => haven.graphql(CREATE, { title: 'Aliens' }, { 'idempotency-key': 'create-aliens' });
    const [first, second] = [await create(), await create()];
    expect(second.body.data).toEqual(first.body.data);
    expect(second.body.extensions).toEqual({ idempotencyReplayed: ['createMovie'] });
    const dry = await haven.graphql('mutation { createMovie(data: { title: "Dry" }, dryRun: true) { _id } }');
    expect(dry.body.extensions.dryRun.createMovie.changes).toHaveLength(1);
    expect((await haven.graphql('{ movies { totalCount } }')).body.data.movies.totalCount).toBe(2);
  });

  it.each([
    ['depth', `{ movies { ${'a { '.repeat(13)} a ${'} '.repeat(13)} } }`, 'graphqlDepth'],
    [
      'aliases',
      `{ movies { ${Array.from({ length: 31 }, (_, n) => `a${n}: totalCount`).join(' ')} } }`,
      'graphqlAliases',
    ],
    ['tokens', `{ movies { ${'totalCount '.repeat(2_000)} } }`, 'graphqlTokens'],
    [
      'root fields',
      `{ ${Array.from({ length: 21 }, (_, n) => `r${n}: movies { totalCount }`).join(' ')} }`,
      'graphqlRootFields',
    ],
    [
      'cost',
      `{ ${Array.from({ length: 20 }, (_, n) => `r${n}: movies(first: 500) { edges { node { _data } } }`).join(' ')} }`,
      'graphqlCost',
    ],
  ])('is subject to the limit of %s', async (_what, query, name) => {
    const { status, body } = await haven.graphql(query);
    expect(status).toBe(400);
    const refused = body.errors.find(({ extensions }: any) => extensions.code === 'GRAPHQL_LIMIT_EXCEEDED');
    expect(refused.extensions.limit.name).toBe(`limits.${name}`);
  });

  it('may be a subscription over a WebSocket', async () => {
    const follow = subscribed('subscription { changes: movieChanges { type record { title year } } }');
    await waitFor(async () => {
      await haven.graphql(CREATE, { title: 'Aliens' });
      expect(follow.errors).toBeUndefined();
      const created = { type: 'record.created', record: { title: 'Aliens', year: 1979 } };
      expect(follow.changes).toContainEqual(created);
    });
    const refused = subscribed('subscription { changes: movieChanges { typ } }');
    await refused.ended;
    expect(refused.errors[0]).toMatchObject({
      message: expect.stringContaining('Did you mean "type"'),
      extensions: { code: 'MALFORMED_GRAPHQL' },
    });
  });

  it('cannot be a subscription over HTTP', async () => {
    for (const field of ['movieChanges', 'changes']) {
      const { status, body } = await post({ query: `subscription { ${field} { type } }` });
      expect([status, body.data, body.errors[0].extensions.code]).toEqual([400, undefined, 'MALFORMED_GRAPHQL']);
      expect(body.errors[0].message).toContain('WebSocket');
    }
  });

  it('fails with an error of GraphQL if the schema has too many fields, but generic fields do not', async () => {
    const { app, url } = await secondHaven(haven, ['graphql.typedFields=1000']);
    try {
      const properties = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`m${n}`, { type: 'string' }]));
      await haven.rest('POST', '/collections', { name: 'wide', schema: { type: 'object', properties } });
      const { extensions, message } = (await ask(url, LIST)).errors[0];
      expect(extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', traceId: expect.any(String) });
      expect(message).toContain('graphql.typedFields');
      expect(
        (await ask(url, '{ __schema { queryType { name } } records(collection: "wide") { totalCount } }')).data,
      ).toEqual({
        __schema: { queryType: { name: 'Query' } },
        records: { totalCount: 0 },
      });
    } finally {
      await app.close();
    }
  });

  it('leaves the generic schema to documents that need no other', async () => {
    const lookups = async () => {
      const metrics = await scrape();
      return metrics.value('haven_cache_lookups_total', { haven_cache_name: 'typed schemas' });
    };
    const before = await lookups();
    expect((await haven.graphql('{ records(collection: "movies") { totalCount } __typename }')).body.data).toEqual({
      records: { totalCount: 1 },
      __typename: 'Query',
    });
    expect(await lookups()).toBe(before);
    await haven.graphql(LIST);
    expect(await lookups()).toBe(before + 1);
  });
});

describe('introspection', () => {
  it('shows connections as Relay expects them', async () => {
    const properties = { movie: { type: 'string', format: 'uuid', 'x-haven-ref': { collection: 'movies' } } };
    await haven.rest('POST', '/collections', { name: 'reviews', schema: { type: 'object', properties } });
    const types = (await typesFor()).getTypeMap();
    const connections = Object.values(types)
      .filter(isObjectType)
      .filter(({ name }) => name.endsWith('Connection'));
    expect(connections.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['MovieConnection', 'ReviewConnection']),
    );
    for (const connection of connections) {
      const { pageInfo, edges } = connection.getFields();
      expect(String(pageInfo?.type), connection.name).toBe('PageInfo!');
      const edge = getNamedType(edges?.type);
      expect(String(edges?.type)).toContain(`[${edge?.name}`);
      expect(isObjectType(edge) && String(edge.getFields()['cursor']?.type)).toBe('String!');
      expect(isObjectType(edge) && Object.keys(edge.getFields())).toContain('node');
    }
    const takingPages = Object.values(types)
      .filter(isObjectType)
      .flatMap((type) => Object.values(type.getFields()))
      .filter((field) => connections.some((connection) => connection === getNamedType(field.type)));
    expect(takingPages.map(({ name }) => name)).toEqual(expect.arrayContaining(['movies', 'reviewsByMovie']));
    for (const { name, args } of takingPages)
      expect(
        args.map((arg) => arg.name),
        name,
      ).toEqual(expect.arrayContaining(['first', 'after', 'last', 'before']));
  });

  const typesFor = async (headers: Record<string, string> = {}) => {
    const { body } = await haven.graphql(getIntrospectionQuery(), {}, headers);
    return buildClientSchema(body.data);
  };

  it('shows what the caller may use', async () => {
    await haven.rest('POST', '/collections', { name: 'actors', schema: { ...MOVIE, title: 'An actor' } });
    const all = await typesFor();
    expect(Object.keys(all.getQueryType()?.getFields() ?? {})).toEqual(
      expect.arrayContaining(['movies', 'actors', 'records']),
    );
    await haven.sql("INSERT INTO haven.tenants VALUES ($1, $1::uuid::text, 'active', 1, now(), now())", [haven.tenant]);
    const { body } = await haven.rest('POST', '/api-keys', {
      name: 'movies only',
      scopes: ['records:read'],
      collections: ['movies'],
    });
    const authorization = { authorization: `Bearer ${body.token}` };
    const restricted = await typesFor(authorization);
    expect(Object.keys(restricted.getQueryType()?.getFields() ?? {})).toContain('movies');
    expect(restricted.getType('Actor')).toBeUndefined();
    expect(restricted.getMutationType()?.getFields()).not.toHaveProperty('createMovie');
    const hidden = await haven.graphql('{ actors { totalCount } }', {}, authorization);
    expect(hidden.body.errors[0].message).toContain('Cannot query field "actors"');
  });

  it('can be off', async () => {
    const { app, url } = await secondHaven(haven, ['graphql.introspection=false']);
    try {
      expect(await ask(url, LIST)).toEqual(TITLES);
      for (const query of [
        '{ __schema { types { name } } }',
        '{ movies { totalCount } __type(name: "Movie") { name } }',
      ])
        expect((await ask(url, query)).errors[0].extensions.code).toBe('MALFORMED_GRAPHQL');
      expect((await ask(url, '{ movis { totalCount } }')).errors[0].message).not.toContain('mean');
    } finally {
      await app.close();
    }
  });
});

describe('changed collections', () => {
  const second = {} as Awaited<ReturnType<typeof secondHaven>>;
  beforeAll(async () => void Object.assign(second, await secondHaven(haven)));
  afterAll(() => second.app.close());

  it('are typed in every process', async () => {
    expect(await ask(second.url, LIST)).toEqual(TITLES);
    await haven.rest('POST', '/collections', { name: 'actors', schema: MOVIE });
    const query = '{ actors { totalCount } }';
    expect((await haven.graphql(query)).body).toEqual({ data: { actors: { totalCount: 0 } } });
    expect(await ask(second.url, query)).toEqual({ data: { actors: { totalCount: 0 } } }); // by the first request
    await haven.rest('PATCH', '/collections/movies', {
      schema: { ...MOVIE, properties: { title: { type: 'string' } } },
    });
    for (const url of [haven.url, second.url])
      await vi.waitFor(
        async () => {
          const { errors } = await ask(url, '{ movies { edges { node { year } } } }');
          expect(errors[0].message).toContain('Cannot query field "year"');
        },
        { timeout: 2_000, interval: 20 },
      );
  });

  it('let running subscriptions continue with the schema they started with', async () => {
    const follow = subscribed('subscription { changes: movieChanges { record { year } } }');
    await waitFor(async () => {
      await haven.graphql(CREATE, { title: 'Aliens' });
      expect(follow.changes.length).toBeGreaterThan(0);
    });
    await haven.rest('PATCH', '/collections/movies', { schema: { type: 'object', properties: { title: {} } } });
    expect((await haven.graphql('{ movies { edges { node { year } } } }')).body.errors).toHaveLength(1);
    const { length } = follow.changes;
    await haven.graphql('mutation { createMovie(data: { title: "Alien 3" }) { _id } }');
    await waitFor(() => expect(follow.changes.length).toBeGreaterThan(length));
  });
});

/** Changes the documents of the audits so that they need the caller's own schema. */
const typedFetch = (url: string, init?: RequestInit): Promise<Response> =>
  fetch(url.replaceAll('__typename', '__schema%7B__typename%7D'), {
    ...init,
    headers: { ...(init?.headers as Record<string, string>), 'x-test-tenant': haven.tenant },
    ...(typeof init?.body === 'string' && { body: init.body.replaceAll('__typename', '__schema { __typename }') }),
  });

describe('GraphQL over HTTP, with a typed schema', () => {
  it.each(
    serverAudits({ url: () => `${haven.url}/graphql`, fetchFn: typedFetch }).map(
      (audit) => [audit.name, audit] as const,
    ),
  )('%s', async (_name, audit) => {
    const result = await audit.fn();
    if (result.status !== 'ok' && /^(MUST|SHALL)/.test(audit.name)) expect(result).toMatchObject({ status: 'ok' });
    expect(result.status).not.toBe('error');
  });
});
