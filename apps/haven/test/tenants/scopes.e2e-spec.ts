import { randomUUID } from 'node:crypto';

import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { scopeNames } from '@haven/kernel';
import type { Scope } from '@haven/kernel';

import { DEFAULT_TENANT } from '../../../../libs/tenants/src/domain/tenant.js';
import { startHaven } from '../support/haven.js';
import type { ApiResponse } from '../support/haven.js';

const OPERATOR = `hvn_${'0'.repeat(16)}_${'a'.repeat(64)}`;
const haven = startHaven([`auth.operatorKey=${OPERATOR}`, 'limits.webhooks=10000'], { keys: true });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const NDJSON = { 'content-type': 'application/x-ndjson' };
/** A URL where nothing listens, for webhooks that are never sent. */
const NOBODY = 'http://127.0.0.1:1/';
const SEES: Scope[] = ['records:read', 'records:write', 'collections:write'];

/**
 * An operation: the required scope (any of several, none, or all of `BOTH`), the REST request and the GraphQL document.
 */
type Row = [
  needs: Scope | readonly Scope[],
  rest: string | null,
  graphql: string | null,
  body?: unknown,
  headers?: object,
];

/** Changes by filter show which records match. */
const BOTH: readonly Scope[] = ['records:read', 'records:write'];
const FILMS = '/collections/films';
const RECORD = `${FILMS}/records/$ID`;
const operations: Record<string, Row> = {
  caller: [[], 'GET /caller', '{ caller { actor } }'],
  stats: ['stats:read', 'GET /stats', '{ stats { tenant } }'],
  usage: [[...SEES, 'operator'], 'GET /usage', '{ usage { tenant } }'],
  collections: [SEES, 'GET /collections', '{ collections { totalCount } }'],
  collection: [SEES, `GET ${FILMS}`, '{ collection(name: "films") { name } }'],
  createCollection: [
    'collections:write',
    'POST /collections',
    'mutation { createCollection(input: { name: "films" }) { name } }',
    { name: 'films' },
  ],
  replaceCollection: [
    'collections:write',
    `PUT ${FILMS}`,
    'mutation { replaceCollection(name: "films", input: {}) { name } }',
    {},
  ],
  updateCollection: [
    'collections:write',
    `PATCH ${FILMS}`,
    'mutation { updateCollection(name: "films", input: {}) { name } }',
    {},
  ],
  deleteCollection: ['collections:write', `DELETE ${FILMS}`, 'mutation { deleteCollection(name: "films") }'],
  record: ['records:read', `GET ${RECORD}`, '{ record(collection: "films", id: "$ID") { id } }'],
  records: ['records:read', `GET ${FILMS}/records`, '{ records(collection: "films") { totalCount } }'],
  queryRecords: ['records:read', `QUERY ${FILMS}/records`, null, {}],
  'queryRecords, by POST': ['records:read', `POST ${FILMS}/query`, null, {}],
  aggregate: [
    'records:read',
    `POST ${FILMS}/aggregate`,
    '{ aggregate(collection: "films", compute: { n: "count" }) { truncated } }',
    { compute: { n: 'count' } },
  ],
  exportRecords: ['records:read', `GET ${FILMS}/export`, null],
  exportMatchingRecords: ['records:read', `POST ${FILMS}/export`, null, {}],
  recordHistory: [
    'records:read',
    `GET ${RECORD}/history`,
    '{ recordHistory(collection: "films", id: "$ID") { totalCount } }',
  ],
  recordVersion: [
    'records:read',
    `GET ${RECORD}/history/1`,
    '{ recordVersion(collection: "films", id: "$ID", version: 1) { version } }',
  ],
  createRecord: [
    'records:write',
    `POST ${FILMS}/records`,
    'mutation { createRecord(collection: "films", data: {}) { id } }',
    { data: {} },
  ],
  replaceRecord: [
    'records:write',
    `PUT ${RECORD}`,
    'mutation { replaceRecord(collection: "films", id: "$ID", data: {}) { id } }',
    { data: {} },
  ],
  patchRecord: [
    'records:write',
    `PATCH ${RECORD}`,
    'mutation { patchRecord(collection: "films", id: "$ID", data: {}) { id } }',
    { data: {} },
  ],
  jsonPatchRecord: [
    'records:write',
    null,
    'mutation { jsonPatchRecord(collection: "films", id: "$ID", operations: []) { id } }',
  ],
  deleteRecord: ['records:write', `DELETE ${RECORD}`, 'mutation { deleteRecord(collection: "films", id: "$ID") }'],
  recordBy: [
    'records:read',
    `GET ${FILMS}/records/by/code/a`,
    '{ recordBy(collection: "films", index: "code", value: "a") { id } }',
  ],
  upsertRecord: [
    'records:write',
    `PUT ${FILMS}/records/by/code/a`,
    'mutation { upsertRecord(collection: "films", index: "code", value: "a", data: {}) { id } }',
    { data: {} },
  ],
  patchRecordBy: [
    'records:write',
    `PATCH ${FILMS}/records/by/code/a`,
    'mutation { patchRecordBy(collection: "films", index: "code", value: "a", data: {}) { id } }',
    { data: {} },
  ],
  jsonPatchRecordBy: [
    'records:write',
    null,
    'mutation { jsonPatchRecordBy(collection: "films", index: "code", value: "a", operations: []) { id } }',
  ],
  deleteRecordBy: [
    'records:write',
    `DELETE ${FILMS}/records/by/code/a`,
    'mutation { deleteRecordBy(collection: "films", index: "code", value: "a") }',
  ],
  restoreRecord: [
    'records:write',
    `POST ${RECORD}/restore`,
    'mutation { restoreRecord(collection: "films", id: "$ID", version: 1) { id } }',
    { version: 1 },
  ],
  updateRecords: [
    BOTH,
    `POST ${FILMS}/update`,
    'mutation { updateRecords(collection: "films", filter: {}, data: {}) { changed } }',
    { filter: {}, data: {} },
  ],
  deleteRecords: [
    BOTH,
    `POST ${FILMS}/delete`,
    'mutation { deleteRecords(collection: "films", filter: {}) { changed } }',
    { filter: {} },
  ],
  importRecords: ['records:write', `POST ${FILMS}/import`, null, '{"n":1}\n', NDJSON],
  batch: [
    'records:write',
    'POST /batch',
    'mutation { batch(operations: [{ op: "create", collection: "films", data: {} }]) { results { version } } }',
    { operations: [{ op: 'create', collection: 'films', data: {} }] },
  ],
  eraseRecord: ['history:erase', `POST ${RECORD}/erase`, 'mutation { eraseRecord(collection: "films", id: "$ID") }'],
  changes: ['changes:read', 'GET /changes?collection=films', '{ changes(collection: "films") { hasMore } }'],
  auditCheckpoint: ['changes:read', 'GET /audit/checkpoint', '{ auditCheckpoint { number } }'],
  auditCheckpoints: ['changes:read', 'GET /audit/checkpoints', '{ auditCheckpoints { totalCount } }'],
  apiKeys: [['keys:write', 'operator'], 'GET /api-keys', '{ apiKeys { totalCount } }'],
  apiKey: [['keys:write', 'operator'], 'GET /api-keys/$KEY', '{ apiKey(id: "$KEY") { id } }'],
  createApiKey: [
    ['keys:write', 'operator'],
    'POST /api-keys',
    'mutation { createApiKey(input: { name: "x", scopes: ["keys:write"] }) { id } }',
    { name: 'x', scopes: ['keys:write'] },
  ],
  revokeApiKey: [['keys:write', 'operator'], 'DELETE /api-keys/$KEY', 'mutation { revokeApiKey(id: "$KEY") }'],
  rotateApiKey: [
    ['keys:write', 'operator'],
    'POST /api-keys/$KEY/rotate',
    'mutation { rotateApiKey(id: "$KEY") { id } }',
    {},
  ],
  webhooks: ['webhooks:write', 'GET /webhooks', '{ webhooks { totalCount } }'],
  webhook: ['webhooks:write', 'GET /webhooks/$HOOK', '{ webhook(id: "$HOOK") { id } }'],
  createWebhook: [
    'webhooks:write',
    'POST /webhooks',
    `mutation { createWebhook(input: { url: "${NOBODY}", collections: ["films"] }) { id } }`,
    { url: NOBODY, collections: ['films'] },
  ],
  updateWebhook: [
    'webhooks:write',
    'PATCH /webhooks/$HOOK',
    'mutation { updateWebhook(id: "$HOOK", input: {}) { id } }',
    {},
  ],
  deleteWebhook: ['webhooks:write', 'DELETE /webhooks/$HOOK', 'mutation { deleteWebhook(id: "$HOOK") }'],
  rotateWebhook: [
    'webhooks:write',
    'POST /webhooks/$HOOK/rotate',
    'mutation { rotateWebhook(id: "$HOOK") { id } }',
    {},
  ],
  testWebhook: ['webhooks:write', 'POST /webhooks/$HOOK/test', 'mutation { testWebhook(id: "$HOOK") { status } }'],
  webhookStatus: ['webhooks:write', 'GET /webhooks/$HOOK/status', '{ webhookStatus(id: "$HOOK") { lag } }'],
  deliveries: ['webhooks:write', 'GET /webhooks/$HOOK/deliveries', '{ deliveries(webhook: "$HOOK") { totalCount } }'],
  delivery: [
    'webhooks:write',
    'GET /webhooks/$HOOK/deliveries/$HOOK',
    '{ delivery(webhook: "$HOOK", id: "$HOOK") { id } }',
  ],
  redeliver: [
    'webhooks:write',
    'POST /webhooks/$HOOK/deliveries/$HOOK/redeliver',
    'mutation { redeliver(webhook: "$HOOK", id: "$HOOK") { id } }',
  ],
  replayWebhook: [
    'webhooks:write',
    'POST /webhooks/$HOOK/replay',
    'mutation { replayWebhook(id: "$HOOK", input: { dead: true }) { dead } }',
    { dead: true },
  ],
  tenants: ['operator', 'GET /tenants', '{ tenants { totalCount } }'],
  tenant: ['operator', 'GET /tenants/$TENANT', '{ tenant(id: "$TENANT") { id } }'],
  createTenant: [
    'operator',
    'POST /tenants',
    'mutation { createTenant(input: { name: "new" }) { id } }',
    { name: 'new' },
  ],
  updateTenant: [
    'operator',
    'PATCH /tenants/$TENANT',
    'mutation { updateTenant(id: "$TENANT", input: {}) { id } }',
    {},
  ],
  deleteTenant: ['operator', 'DELETE /tenants/$TENANT', 'mutation { deleteTenant(id: "$TENANT") { id } }'],
};

const requests = Object.entries(operations).flatMap(([name, [needed, rest, graphql, body, headers]]) => {
  const needs = { needs: [needed].flat(), each: needed === BOTH ? [BOTH] : [needed].flat().map((scope) => [scope]) };
  return [
    ...(rest ? [{ name: `${name}, REST`, ...needs, ask: { rest, body, headers } }] : []),
    ...(graphql ? [{ name: `${name}, GraphQL`, ...needs, ask: { graphql, rest: undefined } }] : []),
  ];
});
type Ask = (typeof requests)[number]['ask'];

/** Id of a record in the collection `films`, which is therefore never empty when a test starts. */
let record: string;

async function created(path: string, body: object): Promise<string> {
  return (await haven.rest('POST', path, body, bearer(OPERATOR))).body.id;
}

const newTenant = () => created('/tenants', { name: `T${randomUUID()}` });
const newWebhook = () => created('/webhooks', { url: NOBODY, paused: true });

/** Functions that return the id of what a request names by these placeholders. */
const NAMED: Record<string, () => Promise<string>> = {
  $ID: async () => record,
  $KEY: () => created('/api-keys', { name: 'other', scopes: ['keys:write'] }),
  $TENANT: newTenant,
  $HOOK: newWebhook,
};

async function keyWith(scopes: readonly Scope[], more: object = {}): Promise<string> {
  const input = { name: 'test', scopes, ...more };
  const { status, body } = await haven.rest('POST', '/api-keys', input, bearer(OPERATOR));
  expect(status).toBe(201);
  return body.token;
}

/** Keys that several tests use, by their settings. */
const keys = new Map<string, Promise<string>>();

/** Returns a key with these scopes, which other tests may use too. */
function sharedKey(scopes: readonly Scope[], more: object = {}): Promise<string> {
  const settings = JSON.stringify([scopes, more]);
  const key = keys.get(settings) ?? keyWith(scopes, more);
  keys.set(settings, key);
  return key;
}

async function send(ask: Ask, token: string): Promise<ApiResponse> {
  let text = ask.rest ?? ask.graphql;
  for (const [placeholder, idOf] of Object.entries(NAMED))
    if (text.includes(placeholder)) text = text.replaceAll(placeholder, await idOf());
  if (ask.rest === undefined) return haven.graphql(text, {}, bearer(token));
  const [method = '', path = ''] = text.split(' ');
  return haven.rest(method, path, ask.body, { ...bearer(token), ...ask.headers });
}

const codeOf = ({ body }: ApiResponse) => body?.code ?? body?.errors?.[0]?.extensions.code;

beforeAll(async () => {
  await haven.rest('PUT', FILMS, { indexes: [{ path: 'code', unique: true }] }, bearer(OPERATOR));
  await haven.rest('PUT', '/collections/books', {}, bearer(OPERATOR));
});

beforeEach(async () => {
  record = await created(`${FILMS}/records`, { data: {} });
});

describe('an operation', () => {
  it.each(requests.filter(({ needs }) => needs.length > 0))(
    'is rejected with all other scopes: $name',
    async ({ needs, ask }) => {
      const token = await sharedKey(scopeNames.filter((scope) => !needs.includes(scope)));
      const answer = await send(ask, token);
      expect(codeOf(answer)).toBe('FORBIDDEN');
      if (ask.rest !== undefined) expect(answer.status).toBe(403);
    },
  );

  it.each(requests)('requires only its scope: $name', async ({ each, ask }) => {
    for (const scopes of each) expect(codeOf(await send(ask, await sharedKey(scopes)))).not.toBe('FORBIDDEN');
  });

  it('describes a key to itself', async () => {
    const token = await keyWith(['records:read', 'changes:read'], { collections: ['films'] });
    const { body } = await haven.rest('GET', '/caller', undefined, bearer(token));
    expect(body).toMatchObject({
      credential: 'key',
      actor: expect.stringMatching(/^key:/),
      scopes: ['records:read', 'changes:read'],
      collections: ['films'],
    });
  });

  it.each(requests.filter(({ each }) => each.includes(BOTH)))('requires both scopes: $name', async ({ ask }) => {
    for (const scope of BOTH) expect(codeOf(await send(ask, await sharedKey([scope])))).toBe('FORBIDDEN');
  });

  it('that deletes a collection in a dry run names its records only to a key that may know them', async () => {
    const path = `${FILMS}?cascade=true&dryRun=true`;
    const changesFor = async (scopes: Scope[]) =>
      (await haven.rest('DELETE', path, undefined, bearer(await keyWith(scopes)))).body.dryRun;
    const unseen = await changesFor(['collections:write']);
    expect(unseen).toMatchObject({ changes: [], count: expect.any(Number) });
    const seen = await changesFor(['collections:write', 'records:read']);
    expect(seen.count).toBe(unseen.count);
    expect(seen.changes).toContainEqual(expect.objectContaining({ id: record, type: 'record.deleted' }));
  });

  const onFilms = requests.filter(({ ask }) => JSON.stringify(ask).includes('films'));

  it.each(onFilms)('is rejected for a key that is restricted to another collection: $name', async ({ needs, ask }) => {
    const token = await sharedKey(needs, { collections: ['books'] });
    expect(codeOf(await send(ask, token))).toBe('FORBIDDEN');
  });

  it.each(onFilms)('is allowed for a key that is restricted to its collection: $name', async ({ needs, ask }) => {
    const token = await sharedKey(needs, { collections: ['films'] });
    expect(codeOf(await send(ask, token))).not.toBe('FORBIDDEN');
  });

  it('that violates a unique index names the holder only to a key that may read the collection', async () => {
    const HELD = '/collections/held';
    await haven.rest('PUT', HELD, { indexes: [{ path: 'code', unique: true }] }, bearer(OPERATOR));
    const data = { code: randomUUID() };
    const { id } = (await haven.rest('POST', `${HELD}/records`, { data }, bearer(OPERATOR))).body;
    const violate = async (scopes: Scope[]) =>
      (await haven.rest('POST', `${HELD}/records`, { data }, bearer(await keyWith(scopes)))).body;
    const seen = await violate(['records:write', 'records:read']);
    expect(seen).toMatchObject({ code: 'UNIQUE_VIOLATION', uniqueIndex: 'code', holder: id });
    const unseen = await violate(['records:write']);
    expect(unseen).toMatchObject({ code: 'UNIQUE_VIOLATION', uniqueIndex: 'code' });
    expect(JSON.stringify(unseen)).not.toContain(id);
    const token = await keyWith(['collections:write']);
    await haven.rest('POST', `${HELD}/records`, { data: { twice: data.code } }, bearer(OPERATOR));
    await haven.rest('POST', `${HELD}/records`, { data: { twice: data.code } }, bearer(OPERATOR));
    const settings = { indexes: [{ path: 'twice', unique: true }] };
    const dry = await haven.rest('PATCH', `${HELD}?dryRun=true`, settings, bearer(token));
    expect(dry.body.duplicates).toEqual([{ index: 'twice', count: 1, samples: [] }]);
    const { body } = await haven.rest('PATCH', HELD, settings, bearer(token));
    expect([body.code, JSON.stringify(body)]).toEqual(['UNIQUE_VIOLATION', expect.not.stringContaining('such as')]);
  });

  it.each([...scopeNames.map((scope): [Scope[]] => [[scope]]), [[...BOTH]]])(
    'is in the OpenAPI document of a key that may use it: %j',
    async (having) => {
      const { paths } = (await haven.rest('GET', '//openapi.json', undefined, bearer(await sharedKey(having)))).body;
      const described = Object.entries<any>(paths)
        .filter(([path]) => path.startsWith('/api/'))
        .flatMap(([, item]) => Object.values<any>(item))
        .map((operation) => operation['x-haven-operation'] ?? operation.operationId);
      const isAllowed = (each: readonly (readonly Scope[])[]): boolean =>
        each.length === 0 || each.some((set) => set.every((scope) => having.includes(scope)));
      const allowed = requests.filter(({ ask, each }) => ask.rest !== undefined && isAllowed(each));
      expect([...new Set(described)].toSorted()).toEqual(
        [...new Set(allowed.map(({ name }) => name.split(',')[0]))].toSorted(),
      );
    },
  );

  it('can be any operation of both APIs', async () => {
    const { paths } = (await haven.rest('GET', '//openapi/generic.json')).body;
    const rest = Object.entries<any>(paths).flatMap(([path, item]) =>
      Object.values<any>(item)
        .filter(() => path.startsWith('/api/'))
        .map(({ operationId }) => operationId),
    );
    const introspection = '{ __schema { queryType { fields { name } } mutationType { fields { name } } } }';
    const { __schema: schema } = (await haven.graphql(introspection, {}, bearer(OPERATOR))).body.data;
    const fields = [...schema.queryType.fields, ...schema.mutationType.fields].map(({ name }: any) => name);
    expect([...new Set([...rest, ...fields])].toSorted()).toEqual(
      [...new Set(Object.keys(operations).map((name) => name.split(',')[0]))].toSorted(),
    );
  });
});

describe('a key', () => {
  it('that is restricted to collections lists only these, and follows only their changes', async () => {
    const token = await keyWith(['records:read', 'changes:read'], { collections: ['books', 'absent'] });
    const { body } = await haven.rest('GET', '/collections', undefined, bearer(token));
    expect(body.items.map(({ name }: any) => name)).toEqual(['books']);
    const graphql = await haven.graphql('{ collections { totalCount } }', {}, bearer(token));
    expect(graphql.body.data.collections.totalCount).toBe(1);
    expect((await haven.rest('GET', '/changes', undefined, bearer(token))).status).toBe(403);
    expect((await haven.rest('GET', '/changes?collection=books', undefined, bearer(token))).status).toBe(200);
  });

  it('that is restricted to collections sees only their usage, in both APIs', async () => {
    await haven.rest('PUT', '/collections/shown', { indexes: ['n'] }, bearer(OPERATOR));
    const token = await keyWith(['records:read', 'records:write'], { collections: ['shown', 'absent'] });
    const { limit } = (await haven.rest('GET', '/usage', undefined, bearer(OPERATOR))).body.collections;
    const usage = async () => (await haven.rest('GET', '/usage', undefined, bearer(token))).body;
    expect(await usage()).toMatchObject({
      collections: { used: 1, limit },
      records: { used: 0 },
      bytes: { used: 0 },
      indexes: { used: 1 },
    });
    await haven.rest('POST', '/collections/shown/records', { data: { n: 1 } }, bearer(token));
    await vi.waitFor(async () => expect((await usage()).bytes.used).toBe('{"n": 1}'.length), 20_000);
    expect((await usage()).records.used).toBe(1);
    const { usage: found } = (
      await haven.graphql('{ usage { collections { used } records { used } bytes { used } } }', {}, bearer(token))
    ).body.data;
    expect(found).toEqual({ collections: { used: 1 }, records: { used: 1 }, bytes: { used: 8 } });
    const all = (await haven.rest('GET', '/usage', undefined, bearer(OPERATOR))).body;
    expect(all.collections.used).toBeGreaterThan(2);
    await haven.rest('DELETE', '/collections/shown?cascade=true', undefined, bearer(OPERATOR));
  });

  it('cannot create or rotate keys with more scopes than its own', async () => {
    const token = await keyWith(['keys:write', 'records:read']);
    const more = { name: 'more', scopes: ['records:read', 'records:write'] };
    const made = await haven.rest('POST', '/api-keys', more, bearer(token));
    expect(made).toMatchObject({ status: 403, body: { code: 'FORBIDDEN', errors: [{ pointer: '/scopes/1' }] } });
    const stronger = (await keyWith(['records:write'])).split('_')[1];
    expect((await haven.rest('POST', `/api-keys/${stronger}/rotate`, {}, bearer(token))).status).toBe(403);
    expect((await haven.rest('POST', '/api-keys', { ...more, scopes: ['records:read'] }, bearer(token))).status).toBe(
      201,
    );
  });

  it('that is restricted to collections can access only webhooks for these, in both APIs', async () => {
    const token = await keyWith(['webhooks:write'], { collections: ['books'] });
    const make = (collections: string[] | null, as: string) =>
      haven.rest('POST', '/webhooks', { url: NOBODY, collections, paused: true }, bearer(as));
    const own = (await make(['books'], token)).body.id;
    const others = (await make(['books', 'films'], OPERATOR)).body.id;
    for (const collections of [null, ['films'], ['books', 'films']])
      expect(await make(collections, token)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect((await haven.rest('GET', '/webhooks', undefined, bearer(token))).body.items).toMatchObject([{ id: own }]);
    const { webhooks } = (await haven.graphql('{ webhooks { totalCount edges { node { id } } } }', {}, bearer(token)))
      .body.data;
    expect(webhooks).toEqual({ totalCount: 1, edges: [{ node: { id: own } }] });
    for (const id of [others, await newWebhook()]) {
      for (const path of ['', '/status', '/deliveries'])
        expect((await haven.rest('GET', `/webhooks/${id}${path}`, undefined, bearer(token))).status).toBe(403);
      expect((await haven.rest('DELETE', `/webhooks/${id}`, undefined, bearer(token))).status).toBe(403);
      expect(codeOf(await haven.graphql(`{ deliveries(webhook: "${id}") { totalCount } }`, {}, bearer(token)))).toBe(
        'FORBIDDEN',
      );
    }
    for (const collections of [null, ['films'], ['books', 'films']]) {
      const changed = await haven.rest('PATCH', `/webhooks/${own}`, { collections }, bearer(token));
      expect(changed).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    }
    expect((await haven.rest('GET', `/webhooks/${own}`, undefined, bearer(token))).body.collections).toEqual(['books']);
  });

  it('of another tenant cannot have the scope `operator`', async () => {
    const input = { name: 'x', scopes: ['operator'], tenant: await newTenant() };
    expect((await haven.rest('POST', '/api-keys', input, bearer(OPERATOR))).status).toBe(403);
    expect((await haven.rest('POST', '/api-keys', { ...input, tenant: DEFAULT_TENANT }, bearer(OPERATOR))).status).toBe(
      201,
    );
  });

  it.each([
    [{ scopes: [] }, '/scopes'],
    [{ scopes: ['records'] }, '/scopes'],
    [{ scopes: ['records:read', 'records:read'] }, '/scopes'],
    [{ name: '' }, '/name'],
    [{ expiresAt: '2001-01-01T00:00:00Z' }, '/expiresAt'],
    [{ expiresAt: 'soon' }, '/expiresAt'],
    [{ collections: [] }, '/collections'],
    [{ tenant: 'mine' }, '/tenant'],
    [{ secret: 'x' }, '/secret'],
  ])('with %j is rejected with a pointer', async (wrong, pointer) => {
    const input = { name: 'x', scopes: ['records:read'], ...wrong };
    const { status, body } = await haven.rest('POST', '/api-keys', input, bearer(OPERATOR));
    expect({ status, pointer: body.errors?.[0]?.pointer }).toEqual({ status: 422, pointer });
  });

  it('gets no stored response of another key', async () => {
    const [first, second] = [await keyWith(['records:write']), await keyWith(['records:write'])];
    const create = (token: string) =>
      haven.rest('POST', `${FILMS}/records`, { data: { secret: 1 } }, { ...bearer(token), 'idempotency-key': record });
    expect((await create(first)).status).toBe(201);
    expect(await create(second)).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_MISMATCH' } });
  });
});
