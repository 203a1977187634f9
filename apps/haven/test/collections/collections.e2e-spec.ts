import { describe, expect, it, vi } from 'vitest';

import { startHaven } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';
import type { ApiResponse } from '../support/haven.js';

const haven = startHaven();

const make = (settings: object = {}, name = 'movies') => haven.rest('POST', '/collections', { name, ...settings });
const change = (settings: object, query = '', headers = {}) =>
  haven.rest('PATCH', `/collections/movies${query}`, settings, headers);
const write = (data: unknown) => haven.rest('POST', '/collections/movies/records', { data });
const get = () => haven.rest('GET', '/collections/movies');
const NUMBER = { type: 'object', properties: { n: { type: 'integer' } } };

function expectError({ status, body }: ApiResponse, code: string, at: number, pointer?: string): void {
  expect({ status, code: body.code }).toEqual({ status: at, code });
  if (pointer !== undefined) expect(body.errors[0].pointer).toMatch(new RegExp(`^${pointer}`));
}

describe('collection names', () => {
  it.each(['a', 'movies', 'a_b-c9', 'a'.repeat(63)])('accept %s', async (name) => {
    const made = await make({}, name);
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(`/api/v1/collections/${name}`);
    expect((await haven.rest('GET', `/collections/${name}`)).body).toEqual(made.body);
  });

  it.each(['', 'A', '1a', '_a', '-a', 'a b', 'é', 'a/b', 'a.b', 'a\n', 'a'.repeat(64)])('reject %j', async (name) => {
    expectError(await make({}, name), 'VALIDATION_FAILED', 422, '/name');
    expect((await haven.rest('PUT', `/collections/${encodeURIComponent(name) || '%20'}`, {})).status).toBe(422);
  });

  it('are unique per tenant', async () => {
    expect((await make()).status).toBe(201);
    expectError(await make(), 'ALREADY_EXISTS', 409);
    haven.tenant = crypto.randomUUID();
    expectError(await get(), 'NOT_FOUND', 404);
    expect((await make()).status).toBe(201);
  });

  it('are given to only one of many concurrent requests', async () => {
    const responses = await Promise.all(Array.from({ length: 8 }, () => make()));
    expect(responses.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 7 }, () => 409)]);
  });

  it('are listed in order, in pages', async () => {
    for (const name of ['c', 'a', 'b']) await make({}, name);
    const first = await haven.rest('GET', '/collections?limit=2');
    expect(first.body.items.map(({ name }: { name: string }) => name)).toEqual(['a', 'b']);
    const next = await haven.rest('GET', `/collections?limit=2&after=${first.body.nextCursor}`);
    expect(next.body).toMatchObject({ items: [{ name: 'c' }], nextCursor: null });
    expectError(await haven.rest('GET', '/collections?after=nonsense'), 'CURSOR_INVALID', 400);
  });

  it.each(['0', '-1', 'x', '501', '1.5', '', '1e1', ' 1'])('reject a page size of %j', async (limit) => {
    await make();
    expect(await haven.rest('GET', `/collections?limit=${encodeURIComponent(limit)}`)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/limit' }] },
    });
  });
});

describe('collection settings', () => {
  it('have defaults', async () => {
    expect((await make()).body).toEqual({
      name: 'movies',
      revision: 1,
      description: null,
      schema: null,
      enforce: 'all',
      requirePrecondition: false,
      cache: null,
      indexes: [],
      search: null,
      references: [],
      referencedBy: [],
      history: null,
      warnings: [],
      graphql: {
        type: null,
        one: null,
        many: null,
        untyped: [{ pointer: '/schema', detail: expect.stringContaining('no schema') }],
      },
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
  });

  it.each([
    [{}, '/history'],
    [{ keep: 0 }, '/history/keep'],
    [{ for: '30s' }, '/history/for'],
    [{ keep: 1, forever: true }, '/history/forever'],
  ])('reject the history %j with a pointer', async (history, pointer) => {
    const { status, body } = await make({ history });
    expect({ status, body }).toMatchObject({ status: 422, body: { code: 'VALIDATION_FAILED', errors: [{ pointer }] } });
  });

  it.each([
    ['2s', '/cache'],
    [{}, '/cache/maxAge'],
    [{ maxAge: 2 }, '/cache/maxAge'],
    [{ maxAge: '0s' }, '/cache/maxAge'],
    [{ maxAge: '1.5s' }, '/cache/maxAge'],
    [{ maxAge: '61m' }, '/cache/maxAge'],
    [{ maxAge: '1d' }, '/cache/maxAge'],
    [{ maxAge: '2s', forever: true }, '/cache/forever'],
  ])('reject the cache %j with a pointer', async (cache, pointer) => {
    const { status, body } = await make({ cache });
    expect({ status, body }).toMatchObject({ status: 422, body: { code: 'VALIDATION_FAILED', errors: [{ pointer }] } });
  });

  it.each(['1ms', '2s', '3600s', '60m', '1h'])('accept a cache of %s, and null to disable it', async (maxAge) => {
    expect((await make({ cache: { maxAge } })).body.cache).toEqual({ maxAge });
    expect((await change({ description: 'kept' })).body.cache).toEqual({ maxAge });
    expect((await change({ cache: null })).body.cache).toBeNull();
  });

  it('change individually with PATCH, and all together with PUT', async () => {
    await make({ description: 'Films', enforce: 'new' });
    expect((await change({ requirePrecondition: true })).body).toMatchObject({
      revision: 2,
      description: 'Films',
      enforce: 'new',
      requirePrecondition: true,
    });
    expect((await change({ description: null })).body).toMatchObject({
      revision: 3,
      description: null,
      requirePrecondition: true,
    });
    const put = await haven.rest('PUT', '/collections/movies', { description: 'New' });
    expect(put.status).toBe(200);
    expect(put.body).toMatchObject({ revision: 4, description: 'New', enforce: 'all', requirePrecondition: false });
    const created = await haven.rest('PUT', '/collections/other', {});
    expect(created).toMatchObject({ status: 201, body: { name: 'other', revision: 1 } });
    expect(created.headers.get('location')).toBe('/api/v1/collections/other');
  });

  it.each([
    [{ description: 'x'.repeat(1_001) }, '/description'],
    [{ enforce: 'some' }, '/enforce'],
    [{ requirePrecondition: 'yes' }, '/requirePrecondition'],
    [{ cacheRecords: true }, '/cacheRecords'],
    [{ indexes: 'n' }, '/indexes'],
    [{ indexes: [1] }, '/indexes/0'],
    [{ indexes: ['n', { paths: ['n'], color: 'red' }] }, '/indexes/1'],
    [{ indexes: [{ unique: true }] }, '/indexes/0/path'],
    [{ indexes: [{ path: 7 }] }, '/indexes/0/path'],
    [{ indexes: [{ paths: [] }] }, '/indexes/0/paths'],
    [{ indexes: [{ paths: ['n', 7] }] }, '/indexes/0/paths/1'],
    [{ indexes: [{ paths: ['n', 'a..b'] }] }, '/indexes/0/paths/1'],
    [{ indexes: [{ paths: ['n', 'a,b'] }] }, '/indexes/0/paths/1'],
    [{ indexes: [{ paths: ['n', { path: 'a', unique: true }] }] }, '/indexes/0/paths/1'],
    [{ indexes: [{ paths: ['n', { path: '$id', caseless: true }] }] }, '/indexes/0/paths/1'],
    [{ indexes: [{ paths: ['n', '-n'] }] }, '/indexes/0'],
    [{ indexes: ['a,b,c,d,e,f'] }, '/indexes/0'],
    [{ indexes: [{ path: 'a', paths: ['b'] }] }, '/indexes/0/path'],
    [{ indexes: [{ path: 'a', type: 'date' }] }, '/indexes/0/type'],
    [{ indexes: [{ path: 'a', type: 'dateTime', caseless: true }] }, '/indexes/0/caseless'],
    [{ indexes: [{ path: 'a', unique: 'yes' }] }, '/indexes/0/unique'],
    [{ indexes: [{ path: '$version', unique: true }] }, '/indexes/0'],
    [
      {
        indexes: [
          { path: 'a', unique: true },
          { path: 'a', unique: true, caseless: true },
        ],
      },
      '/indexes/1',
    ],
    [{ name: 'other' }, '/name'],
    [{ color: 'red' }, '/color'],
    [{ schema: 'text' }, '/schema'],
    [{ schema: [] }, '/schema'],
  ])('are rejected with a pointer if they are invalid: %j', async (settings, pointer) => {
    await make();
    const { status, body } = await change(settings);
    expect({ status, pointer: body.errors?.[0]?.pointer }).toMatchObject({ status: 422, pointer });
    expect((await get()).body.revision).toBe(1);
  });

  it('return the schema as it was written', async () => {
    const schema = {
      type: 'object',
      properties: { z: { type: 'string' }, constructor: { type: 'number', default: 1 }, a: {} },
      title: 'é',
    };
    expect((await make({ schema })).status).toBe(201);
    expect(JSON.stringify((await get()).body.schema)).toBe(JSON.stringify(schema));
  });
});

describe('collection revisions', () => {
  it('are the ETag, and every change can be conditional on them', async () => {
    const made = await make();
    expect(made.headers.get('etag')).toBe('"1"');
    expect((await change({ description: 'a' }, '', { 'if-match': '"1"' })).headers.get('etag')).toBe('"2"');
    const stale = await change({ description: 'b' }, '', { 'if-match': '"1"' });
    expectError(stale, 'VERSION_CONFLICT', 412);
    expect(stale.headers.get('etag')).toBe('"2"');
    expect(stale.body.current).toBe(2);
    expectError(await change({}, '', { 'if-match': 'W/"1"' }), 'VERSION_CONFLICT', 412);
    expectError(await haven.rest('PUT', '/collections/movies', {}, { 'if-none-match': '*' }), 'VERSION_CONFLICT', 412);
    expectError(await haven.rest('PUT', '/collections/other', {}, { 'if-match': '*' }), 'VERSION_CONFLICT', 412);
    expectError(
      await haven.rest('DELETE', '/collections/movies', undefined, { 'if-match': '"1"' }),
      'VERSION_CONFLICT',
      412,
    );
    expect((await haven.rest('DELETE', '/collections/movies', undefined, { 'if-match': '"2"' })).status).toBe(204);
  });

  it('do not keep a client from reading what changes without a new revision', async () => {
    await make({ indexes: ['n'] });
    const known = { 'if-none-match': '"1"' };
    const read = () => haven.rest('GET', '/collections/movies', undefined, known);
    await vi.waitFor(async () => expect((await read()).body.indexes).toMatchObject([{ state: 'ready' }]), 20_000);
    expect((await haven.rest('HEAD', '/collections/movies', undefined, known)).status).toBe(200);
  });

  it('stay the same if a change changes nothing, in both APIs', async () => {
    const settings = {
      description: 'Films',
      schema: { type: 'object', properties: { n: { minimum: 1, type: 'integer' } } },
      cache: { maxAge: '2s' },
      history: { keep: 3 },
      indexes: ['n'],
    };
    await make(settings);
    await vi.waitFor(
      async () => expect((await get()).body.indexes).toMatchObject([{ path: 'n', state: 'ready' }]),
      20_000,
    );
    const before = (await get()).body;
    const unchanged = (body: unknown) => expect(body).toEqual(before);
    const reordered = { ...settings, cache: { maxAge: '2s' }, history: { for: null, keep: 3 } };
    const statements = await statementsOf(async () => {
      for (const body of [settings, reordered]) {
        const put = await haven.rest('PUT', '/collections/movies', body, { 'if-match': '"1"' });
        expect([put.status, put.headers.get('etag')]).toEqual([200, '"1"']);
        unchanged(put.body);
      }
      for (const body of [{}, { description: 'Films' }, { schema: settings.schema }]) {
        const patch = await change(body);
        expect([patch.status, patch.headers.get('etag')]).toEqual([200, '"1"']);
        unchanged(patch.body);
      }
      const graphql = await haven.graphql(
        'mutation { updateCollection(name: "movies", input: { description: "Films" }, expectedRevision: 1) { revision } }',
      );
      expect(graphql.body.data.updateCollection.revision).toBe(1);
    });
    expect(statements.filter(({ text }) => /^\s*(INSERT|UPDATE|DELETE)/.test(text))).toEqual([]);
    expect((await change({}, '?dryRun=true')).body.revision).toBe(1);
    expectError(await change({}, '', { 'if-match': '"2"' }), 'VERSION_CONFLICT', 412);
    unchanged((await get()).body);
  });

  it('prevent lost updates', async () => {
    await make();
    const responses = await Promise.all(
      Array.from({ length: 8 }, (_, n) => change({ description: String(n) }, '', { 'if-match': '"1"' })),
    );
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(1);
    expect((await get()).body.revision).toBe(2);
  });
});

describe('schemas', () => {
  it.each([
    [
      '2020-12',
      {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        properties: { list: { prefixItems: [{ type: 'string' }], items: false } },
        dependentRequired: { a: ['b'] },
      },
      { list: ['x'] },
      { list: ['x', 1] },
    ],
    [
      '2020-12 without $schema',
      { $defs: { n: { type: 'integer' } }, properties: { n: { $ref: '#/$defs/n' } }, unevaluatedProperties: false },
      { n: 1 },
      { n: 1, m: 1 },
    ],
    [
      'draft 7',
      {
        $schema: 'http://json-schema.org/draft-07/schema#',
        definitions: { n: { type: 'integer' } },
        properties: { n: { $ref: '#/definitions/n' }, list: { items: [{ type: 'string' }], additionalItems: false } },
      },
      { n: 1, list: ['x'] },
      { list: ['x', 'y'] },
    ],
    [
      'formats',
      { properties: { at: { format: 'date-time' }, mail: { format: 'email' } } },
      { at: '2026-01-01T00:00:00Z', mail: 'a@b.no' },
      { at: 'today' },
    ],
    ['patterns', { properties: { a: { pattern: '^[a-z]+$' } } }, { a: 'abc' }, { a: 'ABC' }],
  ])('validate %s', async (_what, schema, good, bad) => {
    expect((await make({ schema })).status).toBe(201);
    expect((await write(good)).status).toBe(201);
    expectError(await write(bad), 'SCHEMA_VIOLATION', 422, '/data');
  });

  it('are enforced for every kind of write, with a pointer to each violation', async () => {
    await make({ schema: NUMBER });
    const { body } = await write({ n: 1 });
    const path = `/collections/movies/records/${body.id}`;
    expectError(await haven.rest('PUT', path, { data: { n: 'x' } }), 'SCHEMA_VIOLATION', 422, '/data/n');
    expectError(await haven.rest('PATCH', path, { data: { n: 'x' } }), 'SCHEMA_VIOLATION', 422, '/data/n');
    const patch = [{ op: 'replace', path: '/data/n', value: 'x' }];
    expectError(
      await haven.rest('PATCH', path, patch, { 'content-type': 'application/json-patch+json' }),
      'SCHEMA_VIOLATION',
      422,
      '/data/n',
    );
    const { body: response } = await haven.graphql(
      'mutation { createRecord(collection: "movies", data: {n: "x"}) { id } }',
    );
    expect(response.errors[0].extensions).toMatchObject({
      code: 'SCHEMA_VIOLATION',
      status: 422,
      errors: [{ pointer: '/data/n' }],
    });
    expect((await haven.rest('GET', path)).body.version).toBe(1);
  });

  it.each([
    ['not a schema', { type: 'nonsense' }],
    ['remote', { $ref: 'https://example.com/schema.json' }],
    ['dangling', { $ref: '#/$defs/nothing' }],
    ['of another draft', { $schema: 'http://json-schema.org/draft-04/schema#' }],
    ['with a pattern that is none', { properties: { a: { pattern: '(' } } }],
    ['with a pattern no linear engine runs', { properties: { a: { pattern: '(a)\\1' } } }],
    ['endless', { $ref: '#' }],
    ['too deep', JSON.parse(`${'{"not":'.repeat(40)}{}${'}'.repeat(40)}`)],
    ['too many nodes', { properties: Object.fromEntries(Array.from({ length: 2_500 }, (_, n) => [`p${n}`, {}])) }],
    ['too large', { description: 'x'.repeat(270_000) }],
    ['false', false],
    ['an empty string', ''],
  ])('are rejected if %s', async (_what, schema) => {
    const { status, body } = await make({ schema });
    expect({ status, code: body.code }).toEqual({
      status: 422,
      code: expect.stringMatching(/^(SCHEMA_INVALID|LIMIT_EXCEEDED)$/),
    });
    expect(body.errors[0].pointer).toMatch(/^\/schema/);
    expectError(await get(), 'NOT_FOUND', 404);
  });

  it('do not stall on patterns that backtrack', async () => {
    await make({ schema: { properties: { a: { pattern: '^(a+)+$' } } } });
    expectError(await write({ a: `${'a'.repeat(100_000)}!` }), 'SCHEMA_VIOLATION', 422);
  });
});

describe('the text of a schema', () => {
  const SCHEMA = `{
    "title" : "A film", "properties": { "10": {}, "2": {}, "size": {"type":"integer", "minimum": 1.0,
      "maximum":9223372036854775807, "markdownDescription": "bytes" }, "when": { "format": "moment" } }
  }`;
  const send = (method: string, path: string, text: string) => haven.rest(method, path, text);
  const textOf = async (path: string): Promise<string> => {
    const response = await fetch(`${haven.url}${path}`, { headers: { 'x-test-tenant': haven.tenant } });
    return response.text();
  };

  it('is returned as it was sent, by both APIs, also after other settings have changed', async () => {
    expect((await send('POST', '/collections', `{"name":"movies","schema": ${SCHEMA} }`)).status).toBe(201);
    expect(await textOf('/api/v1/collections/movies')).toContain(`"schema":${SCHEMA},`);
    expect((await change({ description: 'Films' })).body.revision).toBe(2);
    expect(await textOf('/api/v1/collections')).toContain(`"schema":${SCHEMA},`);
    const document = { query: '{ collection(name: "movies") { schema } }' };
    const response = await fetch(`${haven.url}/graphql`, {
      method: 'POST',
      body: JSON.stringify(document),
      headers: { 'x-test-tenant': haven.tenant, 'content-type': 'application/json' },
    });
    expect(await response.text()).toContain(`"schema":${SCHEMA}`);
  });

  it('has a new revision if it changes, even if its value does not', async () => {
    await send('POST', '/collections', `{"name":"movies","schema":${SCHEMA}}`);
    expect((await send('PUT', '/collections/movies', `{"schema":${SCHEMA}}`)).body.revision).toBe(1);
    const compact = SCHEMA.replaceAll(/\s/g, '');
    expect((await send('PATCH', '/collections/movies', `{"schema":${compact}}`)).body.revision).toBe(2);
    expect(await textOf('/api/v1/collections/movies')).toContain(`"schema":${compact},`);
  });

  it('is not returned if a process of the previous version has changed the schema', async () => {
    await send('POST', '/collections', `{"name":"movies","schema":${SCHEMA}}`);
    await haven.sql(
      `UPDATE haven.collections SET schema = '{"title":"new"}', revision = revision + 1 WHERE tenant_id = $1`,
      [haven.tenant],
    );
    expect((await get()).body.schema).toEqual({ title: 'new' });
  });

  it('has bounds that are compared exactly', async () => {
    await send('POST', '/collections', `{"name":"movies","schema":${SCHEMA}}`);
    expect((await write({ size: 9223372036854775000 })).status).toBe(201);
    expectError(await write({ size: 9223372036854776000 }), 'SCHEMA_VIOLATION', 422, '/data/size');
  });

  it('can be 256 KiB long', async () => {
    const padded = (length: number) => `{"name":"movies","schema":{"x":"${'x'.repeat(length - 8)}"}}`;
    expectError(await send('POST', '/collections', padded(256 * 1024 + 1)), 'SCHEMA_INVALID', 422, '/schema');
    expect((await send('POST', '/collections', padded(256 * 1024))).status).toBe(201);
  });
});

describe('a filter or a sort on a member that the schema excludes', () => {
  const TAKE = { type: 'object', properties: { length: {}, marks: {} }, additionalProperties: false };
  const TAKES = { type: 'array', items: TAKE };
  const CLOSED = {
    type: 'object',
    properties: { title: {}, 'shot At': {}, takes: TAKES, length: { type: 'number' } },
    additionalProperties: false,
  };
  const list = (query: string) => haven.rest('GET', `/collections/movies/records?${query}`);
  const filter = (value: object) => `filter=${encodeURIComponent(JSON.stringify(value))}`;

  it.each([
    [filter({ createdAt: { _gt: '2026-01-01T00:00:00Z' } }), 'FILTER_INVALID', 'did you mean "$createdAt"?'],
    [filter({ _or: [{ title: 'x' }, { _not: { Title: 'x' } }] }), 'FILTER_INVALID', 'did you mean "title"?'],
    ['sort=title,-updatedAt', 'SORT_INVALID', 'did you mean "$updatedAt"?'],
    ['sort=year', 'SORT_INVALID', 'it allows title, shot At, takes, length.'],
    [
      filter({ takes: { _none: { Length: 5 } } }),
      'FILTER_INVALID',
      'No record can have "Length" in an element of "takes"',
    ],
    [filter({ length: { _size: 1 } }), 'FILTER_INVALID', 'does not allow an array as "length"'],
    [
      filter({ takes: { _every: { _some: {} } } }),
      'FILTER_INVALID',
      'does not allow an array as an element of "takes"',
    ],
  ])('is rejected: %s', async (query, code, hint) => {
    await make({ schema: CLOSED });
    const { status, body } = await list(query);
    expect({ status, code: body.code, pointer: typeof body.errors[0].pointer }).toEqual({
      status: 422,
      code,
      pointer: 'string',
    });
    expect(body.errors[0].detail).toContain(hint);
    const args = query.startsWith('sort') ? `sort: ["${query.slice(5)}"]` : 'filter: $f';
    const variables = { f: query.startsWith('sort') ? {} : JSON.parse(decodeURIComponent(query.slice(7))) };
    const document = `query($f: JSON) { a: records(collection: "movies", filter: $f) { totalCount } b: records(collection: "movies", ${args}) { totalCount } }`;
    const { body: response } = await haven.graphql(document, variables);
    expect(response.errors.at(-1).extensions.errors[0].detail).toContain(hint);
    if (query.startsWith('sort')) return;
    const exported = await haven.rest('GET', `/collections/movies/export?${query}`);
    expect(exported.body.errors[0].detail).toContain(hint);
  });

  it('is accepted in elements that may have the member', async () => {
    await make({ schema: CLOSED });
    const condition = { takes: { _some: { marks: { _some: { any: { _size: 1 } } }, length: { _gt: 1 } }, _size: 2 } };
    expect((await list(filter(condition))).status).toBe(200);
  });

  it('is accepted if some stored version may have the member', async () => {
    await make({ schema: CLOSED });
    expect((await list(`sort=createdAt&asOf=${new Date().toISOString()}`)).status).toBe(200);
    await change({ enforce: 'new' });
    await expect.poll(async () => (await list('sort=createdAt')).status).toBe(200);
    await change({ enforce: 'all', schema: { ...CLOSED, additionalProperties: true } });
    expect((await list(filter({ createdAt: 'x' }))).status).toBe(200);
    await change({ schema: CLOSED });
    await expect.poll(async () => (await list('sort=createdAt')).status).toBe(422);
  });
});

describe('a schema for existing records', () => {
  const stock = async (): Promise<void> => {
    await make();
    const lines = Array.from({ length: 1_030 }, (_, n) => JSON.stringify({ n: n < 30 ? `bad ${n}` : n })).join('\n');
    await haven.rest('POST', '/collections/movies/import', lines, { 'content-type': 'application/x-ndjson' });
  };

  it('reports in a dry run which records violate it, and changes nothing', async () => {
    await stock();
    for (const method of ['PATCH', 'PUT']) {
      const { status, body } = await haven.rest(method, '/collections/movies?dryRun=true', { schema: NUMBER });
      expect({ status, ...body }).toMatchObject({ status: 200, schema: NUMBER, breaking: { count: 30 } });
      expect(body.breaking.ids).toHaveLength(20);
      for (const id of body.breaking.ids)
        expect((await haven.rest('GET', `/collections/movies/records/${id}`)).body.data.n).toMatch(/^bad/);
    }
    expect((await get()).body).toMatchObject({ revision: 1, schema: null });
    expect((await get()).body.breaking).toBeUndefined();
    expect((await change({ schema: { type: 'object' } }, '?dryRun=true')).body.breaking).toEqual({ count: 0, ids: [] });
  });

  it('is rejected if any record violates it, unless it applies only to new writes', async () => {
    await stock();
    expectError(await change({ schema: NUMBER }), 'SCHEMA_INCOMPATIBLE', 422, '/schema');
    expect((await get()).body).toMatchObject({ revision: 1, schema: null });
    expect((await change({ schema: NUMBER, enforce: 'new' })).status).toBe(200);
    expectError(await write({ n: 'x' }), 'SCHEMA_VIOLATION', 422);
    expect((await write({ n: 1 })).status).toBe(201);
  });

  it('is rejected when it starts to apply to all records, if any violates it', async () => {
    await stock();
    await change({ schema: NUMBER, enforce: 'new' });
    expectError(await change({ enforce: 'all' }), 'SCHEMA_INCOMPATIBLE', 422);
    expect((await change({ enforce: 'all' }, '?dryRun=true')).body.breaking?.count).toBe(30);
    expect((await get()).body.enforce).toBe('new');
  });

  it('creates no collection in a dry run', async () => {
    expect((await haven.rest('PUT', '/collections/movies?dryRun=true', { schema: NUMBER })).status).toBe(200);
    expectError(await get(), 'NOT_FOUND', 404);
  });
});

describe('indexes', () => {
  const ready = () =>
    vi.waitFor(async () => {
      const { indexes } = (await get()).body;
      expect(indexes.map(({ state }: { state: string }) => state)).toEqual(indexes.map(() => 'ready'));
      return indexes;
    }, 20_000);

  it('are read in one form, which can be sent back and changes nothing', async () => {
    await make({
      indexes: [
        'year',
        '-year,title',
        { paths: ['-year', 'address.city', '$updatedAt'] },
        { path: 'email', unique: true, caseless: true },
        { path: 'due', type: 'dateTime' },
        { paths: [{ path: '-due', type: 'dateTime' }, 'a\\,b', { path: 'name', caseless: true }] },
        { paths: ['$createdAt', 'city', { path: 'code', caseless: false }], caseless: true },
        { path: 'year', state: 'ready', done: 1, total: null, problem: null },
      ],
    });
    const plain = { unique: false, caseless: false, type: null, state: 'ready' };
    const indexes = await ready();
    expect(indexes).toEqual([
      { ...plain, path: 'year', paths: ['year'] },
      { ...plain, path: '-year,title', paths: ['-year', 'title'] },
      { ...plain, path: '-year,address.city,$updatedAt', paths: ['-year', 'address.city', '$updatedAt'] },
      { ...plain, path: 'email', paths: ['email'], unique: true, caseless: true },
      { ...plain, path: 'due', paths: ['due'], type: 'dateTime' },
      {
        ...plain,
        path: '-due,a\\,b,name',
        paths: [{ path: '-due', type: 'dateTime' }, 'a\\,b', { path: 'name', caseless: true }],
      },
      { ...plain, path: '$createdAt,city,code', paths: ['$createdAt', { path: 'city', caseless: true }, 'code'] },
    ]);
    const ids = () => haven.sql('SELECT declared_indexes FROM haven.collections WHERE tenant_id = $1', [haven.tenant]);
    const before = [(await get()).body, await ids()];
    const put = await haven.rest('PUT', '/collections/movies', before[0]);
    expect({ status: put.status, body: put.body }).toEqual({ status: 200, body: before[0] });
    const input = { input: { indexes } };
    const patched = await haven.graphql(
      'mutation($input: CollectionSettings!) { updateCollection(name: "movies", input: $input) { revision indexes { path paths unique caseless type state } } }',
      input,
    );
    expect(patched.body.data.updateCollection).toEqual({ revision: 1, indexes });
    expect([(await get()).body, await ids()]).toEqual(before);
  });

  it('keep their entries if another one is declared, and get a new id if they change', async () => {
    const ids = async () => {
      const [row] = await haven.sql('SELECT declared_indexes AS d FROM haven.collections WHERE tenant_id = $1', [
        haven.tenant,
      ]);
      return row.d.map(({ id }: { id: number }) => id);
    };
    await make({ indexes: ['a', 'b'] });
    const [a, b] = await ids();
    await change({ indexes: ['c', 'b', '-a'] });
    const [c, same, descending] = await ids();
    expect(same).toBe(b);
    expect(new Set([a, b, c, descending]).size).toBe(4);
    expect((await get()).body.revision).toBe(2);
    expect((await change({ indexes: ['c', { path: 'b' }, { paths: ['-a'] }] })).body.revision).toBe(2);
    expect((await change({ indexes: ['b'] }, '?dryRun=true')).body.indexes).toMatchObject([{ path: 'b' }]);
    expect(await ids()).toEqual([c, b, descending]);
  });

  it('are rejected beyond their limit and for invalid paths', async () => {
    await make();
    expectError(
      await change({ indexes: Array.from({ length: 17 }, (_, n) => `p${n}`) }),
      'LIMIT_EXCEEDED',
      422,
      '/indexes',
    );
    for (const path of ['', 'a..b', 'a\\']) expect((await change({ indexes: [path] })).status, path).toBe(422);
    expect((await change({ indexes: ["it's", 'a"b', 'Major Genre', 'a\\.b'] })).status).toBe(200);
    await ready();
  });
});

describe('deletion', () => {
  it('requires `cascade` if there are records, and writes an event for each', async () => {
    await make();
    const lines = Array.from({ length: 1_100 }, (_, n) => JSON.stringify({ n })).join('\n');
    await haven.rest('POST', '/collections/movies/import', lines, { 'content-type': 'application/x-ndjson' });
    expectError(await haven.rest('DELETE', '/collections/movies'), 'COLLECTION_NOT_EMPTY', 409);
    expect((await haven.rest('DELETE', '/collections/movies?cascade=true')).status).toBe(204);
    const rows = await haven.sql(
      'SELECT type, version, count(*)::integer AS n FROM haven.events WHERE tenant_id = $1 GROUP BY 1, 2 ORDER BY 2',
      [haven.tenant],
    );
    expect(rows).toEqual([
      { type: 'record.created', version: 1, n: 1_100 },
      { type: 'record.deleted', version: 2, n: 1_100 },
    ]);
    expect(
      (
        await haven.sql('SELECT count(*)::integer AS n FROM haven.records WHERE tenant_id = $1 AND data IS NOT NULL', [
          haven.tenant,
        ])
      )[0].n,
    ).toBe(0);
    expectError(await get(), 'NOT_FOUND', 404);
    expectError(await haven.rest('GET', '/collections/movies/records'), 'NOT_FOUND', 404);
    expectError(await haven.rest('DELETE', '/collections/movies'), 'NOT_FOUND', 404);
  });

  it('does not require `cascade` after its records were deleted', async () => {
    await make();
    const { body } = await write({});
    await haven.rest('DELETE', `/collections/movies/records/${body.id}`);
    expect((await haven.rest('DELETE', '/collections/movies')).status).toBe(204);
  });

  it('frees the name for a new, empty collection', async () => {
    await make({ description: 'old', schema: NUMBER });
    const { body } = await write({ n: 1 });
    await haven.rest('DELETE', '/collections/movies?cascade=true');
    expect((await make()).body).toMatchObject({ revision: 1, description: null, schema: null });
    expect((await haven.rest('GET', '/collections/movies/records?count=exact')).body).toMatchObject({
      items: [],
      total: 0,
    });
    expectError(await haven.rest('GET', `/collections/movies/records/${body.id}`), 'NOT_FOUND', 404);
    expectError(await haven.rest('GET', `/collections/movies/records/${body.id}/history`), 'NOT_FOUND', 404);
    expect((await write({ n: 'text' })).status).toBe(201);
  });
});
