import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { startHaven } from './support/haven.js';

const haven = startHaven();

const FILMS = [
  { Title: 'Alien', year: 1979, tags: ['space'] },
  { Title: 'Brazil', year: 1985, tags: ['dream'] },
  { Title: 'Contact', year: 1997, tags: ['space', 'radio'] },
];
const RECORD = 'id collection version data createdAt updatedAt';
const COLLECTION =
  'name revision description schema enforce requirePrecondition indexes { path state } createdAt updatedAt';
const PAGE = `edges { node { ${RECORD} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`;
const SCHEMA = { type: 'object', required: ['Title'], properties: { year: { type: 'integer' } } };
const ABSENT = '00000000-0000-4000-8000-000000000001';

/** One operation as both doors spell it. `same` picks what must be equal of a GraphQL answer in REST's form. */
interface Row {
  rest: [method: string, path: string, body?: unknown, headers?: Record<string, string>];
  graphql: [query: string, variables?: Record<string, unknown>];
  same?: (data: any) => unknown;
}

const first = (data: any): unknown => Object.values(data)[0];
const page = (data: any): unknown => (first(data) as any).edges.map(({ node }: any) => node);
const nothing = (): unknown => '';

const id = randomUUID();
const list = (args: string): string => `{ records(collection: "films", ${args}) { ${PAGE} } }`;
const on = (field: string, args: string, variables: string, select = `{ ${RECORD} }`): string =>
  `mutation(${variables}) { ${field}(collection: "films", ${args}) ${select} }`;

const rows: Record<string, Row> = {
  createCollection: {
    rest: ['POST', '/collections', { name: 'shows', schema: SCHEMA }],
    graphql: [
      `mutation($i: NewCollection!) { createCollection(input: $i) { ${COLLECTION} } }`,
      { i: { name: 'shows', schema: SCHEMA } },
    ],
    same: first,
  },
  'createCollection, name taken': {
    rest: ['POST', '/collections', { name: 'films' }],
    graphql: [`mutation { createCollection(input: { name: "films" }) { name } }`],
  },
  'createCollection, bad name': {
    rest: ['POST', '/collections', { name: 'Films!' }],
    graphql: [`mutation { createCollection(input: { name: "Films!" }) { name } }`],
  },
  'createCollection, schema invalid': {
    rest: ['POST', '/collections', { name: 'x', schema: { type: 'nonsense' } }],
    graphql: [`mutation { createCollection(input: { name: "x", schema: { type: "nonsense" } }) { name } }`],
  },
  collection: {
    rest: ['GET', '/collections/films'],
    graphql: [`{ collection(name: "films") { ${COLLECTION} } }`],
    same: first,
  },
  'collection, absent': { rest: ['GET', '/collections/nope'], graphql: ['{ collection(name: "nope") { name } }'] },
  collections: {
    rest: ['GET', '/collections'],
    graphql: [`{ collections { edges { node { ${COLLECTION} } } } }`],
    same: page,
  },
  'replaceCollection, new': {
    rest: ['PUT', '/collections/shows', { description: 'TV' }],
    graphql: [`mutation { replaceCollection(name: "shows", input: { description: "TV" }) { ${COLLECTION} } }`],
    same: first,
  },
  'replaceCollection, ifAbsent': {
    rest: ['PUT', '/collections/films', {}, { 'if-none-match': '*' }],
    graphql: ['mutation { replaceCollection(name: "films", input: {}, ifAbsent: true) { name } }'],
  },
  updateCollection: {
    rest: ['PATCH', '/collections/films', { requirePrecondition: true }],
    graphql: [`mutation { updateCollection(name: "films", input: { requirePrecondition: true }) { ${COLLECTION} } }`],
    same: first,
  },
  'updateCollection, revision': {
    rest: ['PATCH', '/collections/films', {}, { 'if-match': '"9"' }],
    graphql: ['mutation { updateCollection(name: "films", input: {}, expectedRevision: 9) { name } }'],
  },
  'updateCollection, dry run': {
    rest: ['PATCH', '/collections/films?dryRun=true', { schema: { required: ['director'] } }],
    graphql: [
      `mutation { updateCollection(name: "films", dryRun: true, input: { schema: { required: ["director"] } }) { ${COLLECTION} breaking { count ids } } }`,
    ],
    same: first,
  },
  'updateCollection, incompatible': {
    rest: ['PATCH', '/collections/films', { schema: { required: ['director'] } }],
    graphql: ['mutation { updateCollection(name: "films", input: { schema: { required: ["director"] } }) { name } }'],
  },
  'deleteCollection, not empty': {
    rest: ['DELETE', '/collections/films'],
    graphql: ['mutation { deleteCollection(name: "films") }'],
  },
  'deleteCollection, cascade': {
    rest: ['DELETE', '/collections/films?cascade=true'],
    graphql: ['mutation { deleteCollection(name: "films", cascade: true) }'],
    same: nothing,
  },
  createRecord: {
    rest: ['POST', '/collections/films/records', { data: { Title: 'Dune' } }],
    graphql: [on('createRecord', 'data: $d', '$d: JSONObject!'), { d: { Title: 'Dune' } }],
    same: first,
  },
  'createRecord, id given': {
    rest: ['POST', '/collections/films/records', { id, data: {} }],
    graphql: [on('createRecord', 'data: {}, id: $id', '$id: ID'), { id }],
    same: first,
  },
  'createRecord, id no UUID': {
    rest: ['POST', '/collections/films/records', { id: 'x', data: {} }],
    graphql: [on('createRecord', 'data: {}, id: "x"', '').replace('()', '')],
  },
  'createRecord, not exact': {
    rest: ['POST', '/collections/films/records', '{"data":{"n":9007199254740993}}'],
    graphql: [on('createRecord', 'data: { n: 9007199254740993 }', '').replace('()', '')],
  },
  'createRecord, no collection': {
    rest: ['POST', '/collections/nope/records', { data: {} }],
    graphql: ['mutation { createRecord(collection: "nope", data: {}) { id } }'],
  },
  'createRecord, schema violated': {
    rest: ['POST', '/collections/strict/records', { data: { year: 'x' } }],
    graphql: ['mutation { createRecord(collection: "strict", data: { year: "x" }) { id } }'],
  },
  record: {
    rest: ['GET', '/collections/films/records/{0}'],
    graphql: [`query($r: ID!) { record(collection: "films", id: $r) { ${RECORD} } }`, { r: '{0}' }],
    same: first,
  },
  'record, absent': {
    rest: ['GET', `/collections/films/records/${ABSENT}`],
    graphql: [`{ record(collection: "films", id: "${ABSENT}") { id } }`],
  },
  'record, no UUID': {
    rest: ['GET', '/collections/films/records/nope'],
    graphql: ['{ record(collection: "films", id: "nope") { id } }'],
  },
  records: { rest: ['GET', '/collections/films/records'], graphql: [list('first: 20')], same: page },
  'records, filter and sort': {
    rest: ['POST', '/collections/films/query', { filter: { year: { _gt: 1980 } }, sort: '-Title' }],
    graphql: [list('filter: { year: { _gt: 1980 } }, sort: ["-Title"]')],
    same: page,
  },
  'records, bad filter': {
    rest: ['POST', '/collections/films/query', { filter: { year: { _near: 1 } } }],
    graphql: [list('filter: { year: { _near: 1 } }')],
  },
  'records, bad sort': {
    rest: ['POST', '/collections/films/query', { sort: '$nope' }],
    graphql: [list('sort: ["$nope"]')],
  },
  'records, bad cursor': {
    rest: ['POST', '/collections/films/query', { after: 'AAAA' }],
    graphql: [list('after: "AAAA"')],
  },
  'records, too many': {
    rest: ['POST', '/collections/films/query', { limit: 100_000 }],
    graphql: [list('first: 100000')],
  },
  replaceRecord: {
    rest: ['PUT', '/collections/films/records/{0}', { data: { Title: 'Aliens' } }],
    graphql: [on('replaceRecord', 'id: $r, data: { Title: "Aliens" }', '$r: ID!'), { r: '{0}' }],
    same: first,
  },
  'replaceRecord, new': {
    rest: ['PUT', `/collections/films/records/${ABSENT}`, { data: { a: 1 } }],
    graphql: [on('replaceRecord', `id: "${ABSENT}", data: { a: 1 }`, '').replace('()', '')],
    same: first,
  },
  'replaceRecord, version': {
    rest: ['PUT', '/collections/films/records/{0}', { data: {} }, { 'if-match': '"7"' }],
    graphql: [on('replaceRecord', 'id: $r, data: {}, expectedVersion: 7', '$r: ID!'), { r: '{0}' }],
  },
  'replaceRecord, ifAbsent': {
    rest: ['PUT', '/collections/films/records/{0}', { data: {} }, { 'if-none-match': '*' }],
    graphql: [on('replaceRecord', 'id: $r, data: {}, ifAbsent: true', '$r: ID!'), { r: '{0}' }],
  },
  patchRecord: {
    rest: ['PATCH', '/collections/films/records/{0}', { data: { year: null, rating: 8 } }],
    graphql: [on('patchRecord', 'id: $r, data: { year: null, rating: 8 }', '$r: ID!'), { r: '{0}' }],
    same: first,
  },
  'patchRecord, absent': {
    rest: ['PATCH', `/collections/films/records/${ABSENT}`, { data: {} }],
    graphql: [on('patchRecord', `id: "${ABSENT}", data: {}`, '').replace('()', '')],
  },
  jsonPatchRecord: {
    rest: [
      'PATCH',
      '/collections/films/records/{0}',
      [{ op: 'add', path: '/data/tags/-', value: 'x' }],
      { 'content-type': 'application/json-patch+json' },
    ],
    graphql: [
      on('jsonPatchRecord', 'id: $r, operations: [{ op: "add", path: "/data/tags/-", value: "x" }]', '$r: ID!'),
      { r: '{0}' },
    ],
    same: first,
  },
  'jsonPatchRecord, bad path': {
    rest: [
      'PATCH',
      '/collections/films/records/{0}',
      [{ op: 'remove', path: '/data/none' }],
      { 'content-type': 'application/json-patch+json' },
    ],
    graphql: [
      on('jsonPatchRecord', 'id: $r, operations: [{ op: "remove", path: "/data/none" }]', '$r: ID!'),
      { r: '{0}' },
    ],
  },
  'jsonPatchRecord, outside data': {
    rest: [
      'PATCH',
      '/collections/films/records/{0}',
      [{ op: 'replace', path: '/version', value: 9 }],
      { 'content-type': 'application/json-patch+json' },
    ],
    graphql: [
      on('jsonPatchRecord', 'id: $r, operations: [{ op: "replace", path: "/version", value: 9 }]', '$r: ID!'),
      { r: '{0}' },
    ],
  },
  'jsonPatchRecord, test fails': {
    rest: [
      'PATCH',
      '/collections/films/records/{0}',
      [{ op: 'test', path: '/data/year', value: 1 }],
      { 'content-type': 'application/json-patch+json' },
    ],
    graphql: [
      on('jsonPatchRecord', 'id: $r, operations: [{ op: "test", path: "/data/year", value: 1 }]', '$r: ID!'),
      { r: '{0}' },
    ],
  },
  deleteRecord: {
    rest: ['DELETE', '/collections/films/records/{0}'],
    graphql: [on('deleteRecord', 'id: $r', '$r: ID!', ''), { r: '{0}' }],
    same: nothing,
  },
  'deleteRecord, version': {
    rest: ['DELETE', '/collections/films/records/{0}', undefined, { 'if-match': '"4"' }],
    graphql: [on('deleteRecord', 'id: $r, expectedVersion: 4', '$r: ID!', ''), { r: '{0}' }],
  },
  'deleteRecord, precondition required': {
    rest: ['DELETE', '/collections/strict/records/{3}'],
    graphql: ['mutation($r: ID!) { deleteRecord(collection: "strict", id: $r) }', { r: '{3}' }],
  },
  recordHistory: {
    rest: ['GET', '/collections/films/records/{0}/history'],
    graphql: [
      'query($r: ID!) { recordHistory(collection: "films", id: $r) { edges { node { version type actor at traceId data patch } } } }',
      { r: '{0}' },
    ],
    same: page,
  },
  'recordHistory, absent': {
    rest: ['GET', `/collections/films/records/${ABSENT}/history`],
    graphql: [`{ recordHistory(collection: "films", id: "${ABSENT}") { edges { cursor } } }`],
  },
};

describe('each operation does and answers the same by either door', () => {
  it.each(Object.entries(rows))('%s', async (_name, row) => {
    const byRest = await outcome(async (ids) => {
      const [method, path, body, headers] = filled(row.rest, ids);
      const { status, body: answer } = await haven.rest(method, path, body, headers);
      return status < 400 ? { data: answer.items ?? answer } : { code: answer.code, status };
    });
    const byGraphql = await outcome(async (ids) => {
      const { body } = await haven.graphql(...filled(row.graphql, ids));
      const error = body.errors?.[0]?.extensions;
      return error ? { code: error.code, status: error.status } : { data: row.same?.(body.data) };
    });
    expect(byGraphql).toEqual(byRest);
    expect('data' in byRest.answer, JSON.stringify(byRest.answer)).toBe(row.same !== undefined);
  });
});

it('pages alike, with cursors that either door takes, in both directions', async () => {
  await prepared();
  const rest = await haven.rest('POST', '/collections/films/query', { sort: 'Title', limit: 1 });
  const next = await haven.graphql(list(`sort: ["Title"], first: 1, after: "${rest.body.nextCursor}"`));
  const { edges, pageInfo } = next.body.data.records;
  expect(edges[0].node.data.Title).toBe('Brazil');
  expect(pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
  const back = await haven.rest('POST', '/collections/films/query', {
    sort: 'Title',
    limit: 1,
    before: pageInfo.startCursor,
  });
  expect(back.body.items[0].data.Title).toBe('Alien');
  const last = await haven.rest('GET', `/collections/films/records?sort=Title&limit=1&after=${pageInfo.endCursor}`);
  expect(last.body.items[0].data.Title).toBe('Contact');
  expect(last.body.nextCursor).toBeNull();
});

it('counts alike', async () => {
  await prepared();
  const rest = await haven.rest('POST', '/collections/films/query', {
    filter: { tags: { _contains: 'space' } },
    count: 'exact',
  });
  const graphql = await haven.graphql(
    '{ records(collection: "films", filter: { tags: { _contains: "space" } }, first: 1) { totalCount } }',
  );
  expect(rest.body.total).toBe(2);
  expect(graphql.body.data.records.totalCount).toBe(2);
});

/** Makes the same collections for a new tenant; answers the ids of the records in them. */
async function prepared(): Promise<string[]> {
  haven.tenant = randomUUID();
  await haven.rest('POST', '/collections', { name: 'films' });
  await haven.rest('POST', '/collections', { name: 'strict', schema: SCHEMA, requirePrecondition: true });
  const ids: string[] = [];
  for (const data of FILMS) ids.push((await haven.rest('POST', '/collections/films/records', { data })).body.id);
  ids.push((await haven.rest('POST', '/collections/strict/records', { data: { Title: 'Dune' } })).body.id);
  return ids;
}

/** What an operation answered and left behind, with all that differs from run to run made equal. */
async function outcome(run: (ids: string[]) => Promise<object>): Promise<{ answer: object; left: unknown }> {
  const ids = await prepared();
  const answer = await run(ids);
  const left = [
    await haven.sql(
      'SELECT name, revision, schema, enforce, require_precondition, deleted_at IS NULL AS lives FROM haven.collections WHERE tenant_id = $1 ORDER BY id',
      [haven.tenant],
    ),
    await haven.sql('SELECT version, data FROM haven.records WHERE tenant_id = $1 ORDER BY data::text', [haven.tenant]),
    await haven.sql('SELECT version, type, data, actor FROM haven.events WHERE tenant_id = $1 ORDER BY position', [
      haven.tenant,
    ]),
  ];
  return { answer: normal(answer, ids), left };
}

function normal<T>(value: T, ids: string[]): T {
  const text = JSON.stringify(value)
    .replace(/"\d{4}-\d\d-\d\dT[^"]*"/g, '"time"')
    .replace(/"traceId":"[0-9a-f]{32}"/g, '"traceId":"trace"')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (found) =>
      ids.includes(found) ? `#${ids.indexOf(found)}` : found === id || found === ABSENT ? found : '#new',
    );
  return JSON.parse(text) as T;
}

function filled<T>(value: T, ids: string[]): T {
  if (value === undefined) return value;
  if (typeof value === 'string') return value.replace(/\{(\d)\}/g, (_, index: string) => ids[Number(index)] ?? '') as T;
  if (Array.isArray(value)) return value.map((item) => filled(item as unknown, ids)) as T;
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item as unknown, ids)])) as T;
  return value;
}
