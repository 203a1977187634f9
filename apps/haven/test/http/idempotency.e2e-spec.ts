import { randomUUID } from 'node:crypto';

import pg from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import type { ApiResponse } from '../support/haven.js';
import { preparedWebhook, WEBHOOK_ROWS } from '../support/parity-webhooks.js';
import { selectAll } from '../support/select-all.js';
import { statementsOf } from '../support/statements.js';

const haven = startHaven(['limits.importBatch=2']);
const RECORDS = '/collections/films/records';
const NDJSON = { 'content-type': 'application/x-ndjson' };
const KEY = 'idempotency-key';

beforeEach(async () => {
  await haven.rest('POST', '/collections', { name: 'films' });
});

const create = (data: object, headers: Record<string, string> = {}) => haven.rest('POST', RECORDS, { data }, headers);
const mutation = (fields: string, headers: Record<string, string>) =>
  haven.graphql(`mutation { ${fields} }`, {}, headers);
const codeOf = ({ body }: ApiResponse): string | undefined => body.errors?.[0]?.extensions?.code ?? body.code;
const isReplay = ({ headers }: ApiResponse): boolean => headers.get('idempotency-replayed') === 'true';

/** Queries for all data of the tenant `$1` except stored responses. */
const EVERYTHING = [
  // The background job changes the state of indexes.
  "SELECT to_jsonb(c) - 'declared_indexes' - 'indexes' AS c FROM haven.collections AS c WHERE tenant_id = $1 ORDER BY id",
  'SELECT * FROM haven.records WHERE tenant_id = $1 ORDER BY id',
  'SELECT * FROM haven.events WHERE tenant_id = $1 ORDER BY position',
  ...WEBHOOK_ROWS,
];
const everything = () => selectAll(haven, EVERYTHING, [haven.tenant]);
const keptFor = async (key: string) =>
  haven.sql('SELECT path FROM haven.idempotency_keys WHERE tenant_id = $1 AND key = $2', [haven.tenant, key]);

/** Returns the status, headers and exact body of a response, without values that differ for each request. */
async function exactly(method: string, path: string, body: string | undefined, headers: Record<string, string>) {
  const response = await fetch(`${haven.url}${path}`, {
    method,
    body,
    headers: {
      'x-test-tenant': haven.tenant,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
  });
  const text = await response.text();
  const {
    date: _,
    'x-request-id': _id,
    'server-timing': _times,
    'idempotency-replayed': replayed,
    ratelimit: _rateLimit,
    ...others
  } = Object.fromEntries(response.headers);
  return { status: response.status, headers: others, text, replayed };
}

/** Every mutation of both APIs; `$ID` is an existing record. */
const mutations: Record<
  string,
  [method: string, path: string, body?: unknown, headers?: Record<string, string>] | string
> = {
  'POST /collections': ['POST', '/collections', { name: 'shows' }],
  'PUT /collections/{collection}': ['PUT', '/collections/shows', { description: 'TV' }],
  'PATCH /collections/{collection}': ['PATCH', '/collections/films', { description: 'Cinema' }],
  'DELETE /collections/{collection}': ['DELETE', '/collections/films?cascade=true'],
  'POST /collections/{collection}/records': ['POST', RECORDS, { data: { b: 1, a: { '2': 0.1, '1': [] } } }],
  'PUT /collections/{collection}/records/{id}': ['PUT', `${RECORDS}/${randomUUID()}`, { data: { n: 1 } }],
  'PATCH /collections/{collection}/records/{id}': [
    'PATCH',
    `${RECORDS}/$ID`,
    { data: { n: 2 } },
    { 'if-match': '"1"' },
  ],
  'DELETE /collections/{collection}/records/{id}': ['DELETE', `${RECORDS}/$ID`],
  'PUT /collections/{collection}/records/by/{index}/{value}': ['PUT', `${RECORDS}/by/code/a`, { data: { n: 1 } }],
  'PATCH /collections/{collection}/records/by/{index}/{value}': [
    'PATCH',
    `${RECORDS}/by/code/held`,
    { data: { m: 2 } },
  ],
  'DELETE /collections/{collection}/records/by/{index}/{value}': ['DELETE', `${RECORDS}/by/code/held`],
  'POST /collections/{collection}/records/{id}/restore': ['POST', `${RECORDS}/$ID/restore`, { version: 1 }],
  'POST /collections/{collection}/records/{id}/erase': ['POST', `${RECORDS}/$ID/erase`],
  'POST /collections/{collection}/update': [
    'POST',
    '/collections/films/update',
    { filter: { code: 'held' }, data: { m: 3 } },
  ],
  'POST /collections/{collection}/delete': ['POST', '/collections/films/delete', { filter: { code: 'held' } }],
  'POST /batch': [
    'POST',
    '/batch',
    { operations: [{ op: 'create', collection: 'films', data: { b: 1, a: 2 }, label: 'x' }] },
  ],
  'POST /collections/{collection}/import': ['POST', '/collections/films/import', '{"n":1}\n{"n":\n{"n":3}\n', NDJSON],
  'POST /tenants': ['POST', '/tenants', { name: 'By REST' }],
  'PATCH /tenants/{id}': ['PATCH', '/tenants/$TENANT', { suspended: true }, { 'if-match': '"1"' }],
  'DELETE /tenants/{id}': ['DELETE', '/tenants/$TENANT'],
  'POST /api-keys': ['POST', '/api-keys', { name: 'shop', scopes: ['records:read'] }],
  'DELETE /api-keys/{id}': ['DELETE', '/api-keys/$KEY'],
  'POST /api-keys/{id}/rotate': ['POST', '/api-keys/$KEY/rotate', {}],
  'POST /webhooks': ['POST', '/webhooks', { url: 'http://127.0.0.1:1/', headers: { 'x-key': 'k' } }],
  'PATCH /webhooks/{id}': ['PATCH', '/webhooks/$HOOK', { rate: 5 }, { 'if-match': '"1"' }],
  'DELETE /webhooks/{id}': ['DELETE', '/webhooks/$HOOK'],
  'POST /webhooks/{id}/rotate': ['POST', '/webhooks/$HOOK/rotate', {}],
  'POST /webhooks/{id}/test': ['POST', '/webhooks/$HOOK/test'],
  'POST /webhooks/{id}/replay': ['POST', '/webhooks/$HOOK/replay', { after: 'earliest', dead: true }],
  'POST /webhooks/{id}/deliveries/{delivery}/redeliver': ['POST', '/webhooks/$HOOK/deliveries/$DELIVERY/redeliver'],
  createWebhook: 'createWebhook(input: { url: "http://127.0.0.1:1/" }) { id revision secret createdAt }',
  updateWebhook: 'updateWebhook(id: "$HOOK", input: { rate: 5 }, expectedRevision: 1) { rate revision }',
  deleteWebhook: 'deleteWebhook(id: "$HOOK")',
  rotateWebhook: 'rotateWebhook(id: "$HOOK") { id revision secret }',
  testWebhook: 'testWebhook(id: "$HOOK") { at status error durationMs }',
  replayWebhook: 'replayWebhook(id: "$HOOK", input: { dead: true }) { dead until }',
  redeliver: 'redeliver(webhook: "$HOOK", id: "$DELIVERY") { id state nextAttemptAt }',
  createTenant: 'createTenant(input: { name: "By GraphQL" }) { id name state revision }',
  updateTenant: 'updateTenant(id: "$TENANT", input: { suspended: true }, expectedRevision: 1) { state revision }',
  deleteTenant: 'deleteTenant(id: "$TENANT") { state revision }',
  createApiKey: 'createApiKey(input: { name: "shop", scopes: ["records:read"] }) { id scopes token }',
  revokeApiKey: 'revokeApiKey(id: "$KEY")',
  rotateApiKey: 'rotateApiKey(id: "$KEY") { id previousUntil token }',
  createCollection: 'createCollection(input: { name: "shows" }) { name revision createdAt indexes { path } }',
  replaceCollection: 'replaceCollection(name: "shows", input: {}, ifAbsent: true) { name revision }',
  updateCollection: 'updateCollection(name: "films", input: { description: "Cinema" }) { revision description }',
  deleteCollection: 'deleteCollection(name: "films", cascade: true)',
  createRecord: 'createRecord(collection: "films", data: { b: 1, a: 2 }) { id version data createdAt collection }',
  replaceRecord: 'replaceRecord(collection: "films", id: "$ID", data: {}) { id version data updatedAt }',
  patchRecord: 'patchRecord(collection: "films", id: "$ID", data: { n: 2 }, expectedVersion: 1) { version data }',
  jsonPatchRecord:
    'jsonPatchRecord(collection: "films", id: "$ID", operations: [{ op: "add", path: "/data/m", value: 1 }]) { data }',
  upsertRecord: 'upsertRecord(collection: "films", index: "code", value: "a", data: { n: 1 }) { id version data }',
  patchRecordBy: 'patchRecordBy(collection: "films", index: "code", value: "held", data: { m: 2 }) { id version data }',
  jsonPatchRecordBy:
    'jsonPatchRecordBy(collection: "films", index: "code", value: "held", operations: [{ op: "add", path: "/data/m", value: 1 }]) { data }',
  deleteRecordBy: 'deleteRecordBy(collection: "films", index: "code", value: "held")',
  restoreRecord: 'restoreRecord(collection: "films", id: "$ID", version: 1) { id version data createdAt }',
  eraseRecord: 'eraseRecord(collection: "films", id: "$ID")',
  updateRecords:
    'updateRecords(collection: "films", filter: { code: "held" }, data: { m: 3 }) { changed records { id version } }',
  deleteRecords: 'deleteRecords(collection: "films", filter: { code: "held" }) { changed records { id version } }',
  batch:
    'batch(operations: [{ op: "create", collection: "films", data: { n: 1 } }]) { results { status version record { id data } } }',
  deleteRecord: 'deleteRecord(collection: "films", id: "$ID", expectedVersion: 1)',
};

/** Creates what an operation names, and returns the ids by their placeholders. A record exists in any case. */
async function prepare(operation: string): Promise<Record<string, string | undefined>> {
  if (/by\/code|index: "code"/.test(operation))
    await haven.rest('PATCH', '/collections/films', { indexes: [{ path: 'code', unique: true }] });
  const created = async (path: string, body: object): Promise<string> => (await haven.rest('POST', path, body)).body.id;
  const ids: Record<string, string | undefined> = { $ID: await created(RECORDS, { data: { n: 1, code: 'held' } }) };
  if (operation.includes('$TENANT')) ids['$TENANT'] = await created('/tenants', { name: `T${randomUUID()}` });
  if (operation.includes('$KEY')) ids['$KEY'] = await created('/api-keys', { name: 'other', scopes: ['records:read'] });
  if (operation.includes('$HOOK')) [ids['$HOOK'], ids['$DELIVERY']] = await preparedWebhook(haven);
  return ids;
}

describe('a mutation that is repeated with its key', () => {
  it.each(Object.entries(mutations))(
    '%s is executed once, and returns exactly the same response',
    async (_name, operation) => {
      const ids = await prepare(typeof operation === 'string' ? operation : JSON.stringify(operation));
      const named = (text: string) => text.replaceAll(/\$[A-Z]+/g, (name) => ids[name] ?? name);
      const send = async () => {
        if (typeof operation === 'string') {
          const query = `mutation { ${named(operation)} }`;
          return exactly('POST', '/graphql', JSON.stringify({ query }), { [KEY]: '"again"' });
        }
        const [method, path, body, headers] = operation;
        const text = typeof body === 'object' ? JSON.stringify(body) : (body as string | undefined);
        return exactly(method, `/api/v1${named(path)}`, text, { ...headers, [KEY]: '"again"' });
      };
      const answered = await send();
      // A secret is shown only once, so a repeated response contains null instead.
      const first = { ...answered, text: answered.text.replace(/"(hvn|whsec)_[^"]+"/, 'null') };
      if (first.text !== answered.text) delete answered.headers['content-length'];
      expect(first.status).toBeLessThan(300);
      expect(first.text).not.toContain('errors":[{"message');
      expect(first.replayed).toBeUndefined();
      const left = await everything();
      const second = await send();
      expect(second.replayed).toBe('true');
      if (typeof operation !== 'string') expect(second).toMatchObject({ ...first, replayed: 'true' });
      else
        expect(JSON.parse(second.text)).toEqual({
          ...JSON.parse(first.text),
          extensions: { idempotencyReplayed: [_name] },
        });
      expect(await everything()).toEqual(left);
    },
  );

  it('can be any mutation of both APIs', async () => {
    const api = (await haven.rest('GET', '//openapi/generic.json')).body;
    const changing = Object.entries<any>(api.paths).flatMap(([path, item]) =>
      Object.entries<any>(item)
        .filter(([method]) => ['post', 'put', 'patch', 'delete'].includes(method))
        .map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path.replace('/api/v1', '')}`, operation })),
    );
    const reading = ['query', 'aggregate', 'export'].map((verb) => `POST /collections/{collection}/${verb}`);
    const keyed = changing.filter(({ operation }) =>
      operation.parameters?.some(({ name }: any) => name === 'Idempotency-Key'),
    );
    expect(keyed.map(({ name }) => name)).toEqual(
      changing.map(({ name }) => name).filter((name) => !reading.includes(name)),
    );
    const { body } = await haven.graphql('{ __schema { mutationType { fields { name } } } }');
    const fields = body.data.__schema.mutationType.fields.map(({ name }: any) => name);
    expect(Object.keys(mutations).toSorted()).toEqual([...keyed.map(({ name }) => name), ...fields].toSorted());
  });
});

describe('an idempotency key', () => {
  it('is the same with and without quotes, and independent of the order of members', async () => {
    const first = await haven.rest('POST', RECORDS, '{"data":{"a":1,"b":2}}', { [KEY]: 'order 7' });
    const second = await haven.rest('POST', RECORDS, '{ "data": { "b": 2, "a": 1.0 } }', { [KEY]: '"order 7"' });
    expect(second.body).toEqual(first.body);
    expect(isReplay(second)).toBe(true);
  });

  it.each(['""', `"${'x'.repeat(256)}"`, '"open', 'a"\u00fc'])(
    'that is %s is rejected by both APIs, and nothing is changed',
    async (key) => {
      const before = await everything();
      const rest = await create({}, { [KEY]: key });
      expect(rest).toMatchObject({ status: 400, body: { code: 'IDEMPOTENCY_KEY_INVALID' } });
      const graphql = await mutation('createRecord(collection: "films", data: {}) { id }', { [KEY]: key });
      expect(codeOf(graphql)).toBe('IDEMPOTENCY_KEY_INVALID');
      expect(await everything()).toEqual(before);
    },
  );

  it('stores no response with data of an erased record', async () => {
    const { body } = await create({ secret: 'payload' }, { [KEY]: 'erased' });
    await haven.rest('POST', `${RECORDS}/${body.id}/erase`);
    expect(JSON.stringify(await keptFor('erased'))).not.toContain('payload');
    const again = await create({ secret: 'payload' }, { [KEY]: 'erased' });
    expect(again).toMatchObject({ status: 410, body: { code: 'HISTORY_PRUNED' } });
    expect(await haven.sql('SELECT FROM haven.events WHERE tenant_id = $1', [haven.tenant])).toHaveLength(2);
  });

  it('stores neither the secret of a webhook nor the values of its headers', async () => {
    const input = { url: 'http://127.0.0.1:1/', headers: { 'x-key': 'header-value' } };
    const { body } = await haven.rest('POST', '/webhooks', input, { [KEY]: 'made' });
    const rotated = await haven.rest('POST', `/webhooks/${body.id}/rotate`, {}, { [KEY]: 'rotated' });
    const rows = await haven.sql('SELECT k::text AS row FROM haven.idempotency_keys AS k WHERE tenant_id = $1', [
      haven.tenant,
    ]);
    expect(rows).toHaveLength(2);
    for (const secret of [body.secret, rotated.body.secret, 'header-value'])
      expect(rows.filter(({ row }) => row.includes(secret))).toEqual([]);
  });

  it('is separate for each tenant', async () => {
    const first = await create({ n: 1 }, { [KEY]: 'mine' });
    haven.tenant = randomUUID();
    await haven.rest('POST', '/collections', { name: 'films' });
    const second = await create({ n: 1 }, { [KEY]: 'mine' });
    expect(isReplay(second)).toBe(false);
    expect(second.body.id).not.toBe(first.body.id);
    expect(await keptFor('mine')).toHaveLength(1);
  });

  it.each<[string, () => Promise<ApiResponse>]>([
    ['another body', () => create({ n: 2 }, { [KEY]: 'once' })],
    ['another URL', () => haven.rest('POST', '/collections/others/records', { data: { n: 1 } }, { [KEY]: 'once' })],
    ['another precondition', () => haven.rest('POST', RECORDS, { data: { n: 1 } }, { [KEY]: 'once', 'if-match': '*' })],
    ['another method', () => haven.rest('DELETE', `${RECORDS}/${randomUUID()}`, undefined, { [KEY]: 'once' })],
    [
      'a GraphQL request',
      () => mutation('createRecord(collection: "films", data: { n: 1 }) { id }', { [KEY]: 'once' }),
    ],
  ])('that was used is rejected for %s', async (_name, send) => {
    await create({ n: 1 }, { [KEY]: 'once' });
    const before = await everything();
    const answer = await send();
    expect(codeOf(answer)).toBe('IDEMPOTENCY_MISMATCH');
    expect(answer.body.errors?.[0]?.extensions?.status ?? answer.status).toBe(422);
    expect(await everything()).toEqual(before);
  });

  it('is not claimed by an invalid request, whose error is that without a key', async () => {
    const invalid = (key: string): Promise<ApiResponse> =>
      haven.rest('POST', RECORDS, { data: { n: 1 }, id: 'no UUID' }, { [KEY]: key });
    await create({ n: 1 }, { [KEY]: 'used' });
    const before = await everything();
    for (const key of ['used', 'new']) expect(codeOf(await invalid(key))).toBe('VALIDATION_FAILED');
    expect(await everything()).toEqual(before);
    expect((await create({ n: 2 }, { [KEY]: 'new' })).status).toBe(201);
  });

  it('that is in use by a running request is rejected by both APIs', async () => {
    const name = `${haven.tenant}/busy`;
    const before = await everything();
    await haven.sql('SELECT pg_advisory_lock(hashtextextended($1, 2))', [name]);
    const rest = await create({ n: 1 }, { [KEY]: 'busy' });
    const graphql = await mutation('createRecord(collection: "films", data: {}) { id }', { [KEY]: 'busy' });
    await haven.sql('SELECT pg_advisory_unlock(hashtextextended($1, 2))', [name]);
    expect(rest).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_IN_FLIGHT' } });
    expect(rest.headers.get('retry-after')).toBe('1');
    expect(codeOf(graphql)).toBe('IDEMPOTENCY_IN_FLIGHT');
    expect(await everything()).toEqual(before);
    expect((await create({ n: 1 }, { [KEY]: 'busy' })).status).toBe(201);
  });

  it('creates one record for 100 concurrent requests', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => create({ n: 1 }, { [KEY]: 'hundred' })));
    expect(await haven.sql('SELECT FROM haven.events WHERE tenant_id = $1', [haven.tenant])).toHaveLength(1);
    const made = answers.filter(({ status }) => status === 201);
    expect(made.filter((answer) => !isReplay(answer))).toHaveLength(1);
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    expect(new Set(answers.map((answer) => codeOf(answer)))).toEqual(
      new Set(made.length === 100 ? [undefined] : [undefined, 'IDEMPOTENCY_IN_FLIGHT']),
    );
    const last = await create({ n: 1 }, { [KEY]: 'hundred' });
    expect([last.status, isReplay(last), last.body.id]).toEqual([201, true, made[0]?.body.id]);
  });

  it.each<[string, (data: object) => Promise<ApiResponse>]>([
    ['REST', (data) => create(data, { [KEY]: 'try' })],
    [
      'GraphQL',
      (data) =>
        haven.graphql(
          'mutation($d: JSONObject!) { createRecord(collection: "films", data: $d) { id } }',
          { d: data },
          { [KEY]: 'try' },
        ),
    ],
  ])('can be used again after the request failed, by %s', async (_name, send) => {
    await haven.rest('PATCH', '/collections/films', { schema: { required: ['title'] } });
    expect(codeOf(await send({}))).toBe('SCHEMA_VIOLATION');
    expect(await keptFor('try')).toEqual([]);
    expect(codeOf(await send({ title: 'Alien' }))).toBeUndefined();
    const again = await send({ title: 'Alien' });
    expect([isReplay(again), codeOf(again)]).toEqual([true, undefined]);
  });

  it('returns the original response after the record was deleted', async () => {
    const first = await create({ n: 1 }, { [KEY]: 'old' });
    await haven.rest('DELETE', `${RECORDS}/${first.body.id}`);
    const again = await create({ n: 1 }, { [KEY]: 'old' });
    expect([again.status, again.body, again.headers.get('location')]).toEqual([
      201,
      first.body,
      first.headers.get('location'),
    ]);
  });
});

const age = (key: string, interval: string) =>
  haven.sql('UPDATE haven.idempotency_keys SET at = now() - $3::interval WHERE tenant_id = $1 AND key = $2', [
    haven.tenant,
    key,
    interval,
  ]);

describe('an old response', () => {
  it('is replayed until it expires; then the request is executed again', async () => {
    const first = await create({ n: 1 }, { [KEY]: 'aging' });
    await age('aging', '23 hours 59 minutes');
    expect((await create({ n: 1 }, { [KEY]: 'aging' })).body.id).toBe(first.body.id);
    await age('aging', '24 hours 1 second');
    const third = await create({ n: 2 }, { [KEY]: 'aging' });
    expect([third.status, isReplay(third)]).toEqual([201, false]);
    expect(third.body.id).not.toBe(first.body.id);
    const fourth = await create({ n: 2 }, { [KEY]: 'aging' });
    expect([isReplay(fourth), fourth.body]).toEqual([true, third.body]);
  });

  it('is deleted in limited batches, unless a request is just replacing it', async () => {
    for (const key of ['1', '2', '3', '4', '5']) {
      await create({}, { [KEY]: key });
      await age(key, `${key}0 days`);
    }
    const holder = new pg.Client('url' in haven.address ? haven.address.url : haven.address);
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query("SELECT FROM haven.idempotency_keys WHERE tenant_id = $1 AND key = '5' FOR UPDATE", [
      haven.tenant,
    ]);
    const left = async () =>
      (await haven.sql('SELECT key FROM haven.idempotency_keys WHERE tenant_id = $1 ORDER BY key', [haven.tenant])).map(
        ({ key }) => key,
      );
    const deleteExpired = async () => (await haven.sql("SELECT haven.forget_answers(interval '15 days', 2) AS n"))[0].n;
    expect([await deleteExpired(), await left()]).toEqual([2, ['1', '2', '5']]);
    expect([await deleteExpired(), await left()]).toEqual([1, ['1', '5']]);
    await holder.query('ROLLBACK');
    await holder.end();
    expect([await deleteExpired(), await left()]).toEqual([1, ['1']]);
  });
});

describe('a GraphQL request of several mutations with one key', () => {
  const fields = `
    a: createRecord(collection: "films", data: { n: 1 }) { id }
    b: createRecord(collection: "films", data: { n: 1 }) { id history { edges { node { version } } } }
    deleteCollection(name: "nope")`;

  it('executes each once, by its response path, and repeats one that failed', async () => {
    const first = await mutation(fields, { [KEY]: 'many' });
    expect(codeOf(first)).toBe('NOT_FOUND');
    expect(await keptFor('many')).toEqual([{ path: 'a' }, { path: 'b' }]);
    await haven.rest('POST', '/collections', { name: 'nope' });
    const second = await mutation(fields, { [KEY]: 'many' });
    expect(second.body).toMatchObject({
      data: { deleteCollection: true },
      extensions: { idempotencyReplayed: ['a', 'b'] },
    });
    expect(await haven.sql('SELECT FROM haven.events WHERE tenant_id = $1', [haven.tenant])).toHaveLength(2);
  });

  it('replays those that were executed, and executes the others', async () => {
    const two = fields.replace(/deleteCollection.*/, '');
    const first = await mutation(two, { [KEY]: 'many' });
    expect(first.body.errors).toBeUndefined();
    expect(first.body.data.a.id).not.toBe(first.body.data.b.id);
    expect(await keptFor('many')).toHaveLength(2);
    await haven.sql("DELETE FROM haven.idempotency_keys WHERE tenant_id = $1 AND path = 'b'", [haven.tenant]);
    const second = await mutation(two, { [KEY]: 'many' });
    expect(second.body.extensions).toEqual({ idempotencyReplayed: ['a'] });
    expect(isReplay(second)).toBe(true);
    expect(second.body.data.a).toEqual(first.body.data.a);
    expect(second.body.data.b.id).not.toBe(first.body.data.b.id);
    const third = await mutation(two, { [KEY]: 'many' });
    expect(third.body).toEqual({ data: second.body.data, extensions: { idempotencyReplayed: ['a', 'b'] } });
    expect(await haven.sql('SELECT FROM haven.events WHERE tenant_id = $1', [haven.tenant])).toHaveLength(3);
  });

  it.each([
    [
      'other variables',
      'mutation M($n: Int) { a: createRecord(collection: "films", data: { n: $n }) { id } }',
      { n: 2 },
    ],
    [
      'another document',
      'mutation M($n: Int) { c: createRecord(collection: "films", data: { n: $n }) { id } }',
      { n: 1 },
    ],
  ])('is rejected with %s', async (_name, query, variables) => {
    const document = 'mutation M($n: Int) { a: createRecord(collection: "films", data: { n: $n }) { id } }';
    await haven.graphql(document, { n: 1 }, { [KEY]: 'same' });
    expect(isReplay(await haven.graphql(document, { n: 1 }, { [KEY]: 'same' }))).toBe(true);
    const before = await everything();
    expect(codeOf(await haven.graphql(query, variables, { [KEY]: 'same' }))).toBe('IDEMPOTENCY_MISMATCH');
    expect(await everything()).toEqual(before);
  });
});

describe('an import with a key', () => {
  const send = (lines: string, headers: Record<string, string> = {}, query = '') =>
    haven.rest('POST', `/collections/films/import${query}`, lines, { ...NDJSON, ...headers });
  const lines = '{"n":1}\n{"n":2}\n{"n":\n{"n":4}\n{"n":5}\n';

  it('is one transaction, and a repeated body is only compared', async () => {
    const first = await send(lines, { [KEY]: 'load' });
    expect(first.body).toMatchObject({ imported: 4, created: 4, failed: 1, errors: [{ line: 3 }] });
    const left = await everything();
    const again = await send(lines, { [KEY]: 'load' });
    expect([isReplay(again), again.body]).toEqual([true, first.body]);
    expect(codeOf(await send(`${lines}{"n":6}\n`, { [KEY]: 'load' }))).toBe('IDEMPOTENCY_MISMATCH');
    expect(codeOf(await send(lines, { [KEY]: 'load' }, '?atomic=true'))).toBe('IDEMPOTENCY_MISMATCH');
    expect(await everything()).toEqual(left);
    expect(await haven.sql('SELECT DISTINCT xmin FROM haven.events WHERE tenant_id = $1', [haven.tenant])).toHaveLength(
      1,
    );
  });

  it('is rolled back if it fails, and the key can be used again', async () => {
    const before = await everything();
    expect((await send(lines, { [KEY]: 'load' }, '?atomic=true')).status).toBe(400);
    expect(await everything()).toEqual(before);
    expect((await send('{"n":1}\n', { [KEY]: 'load' }, '?atomic=true')).body).toMatchObject({ imported: 1 });
  });

  it.each<[string, string, Record<string, string>]>([
    ['atomic', '&atomic=true', {}],
    ['with a key', '', { [KEY]: 'load' }],
  ])('that is %s is not partially applied on a conflict', async (_name, query, headers) => {
    const [id, other] = [randomUUID(), randomUUID()];
    const body = [
      { id: other, data: {} },
      { id: randomUUID(), data: {} },
      { id, data: { n: 1 } },
    ]
      .map((line) => JSON.stringify(line))
      .join('\n');
    const {
      rows: [collection],
      holder,
    } = await heldRecord(id);
    const sent = send(body, headers, `?shape=record${query}`);
    await expect
      .poll(() =>
        haven.sql(
          `SELECT FROM pg_stat_activity
           WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event <> 'advisory'`,
        ),
      )
      .not.toEqual([]);
    await holder.query('COMMIT');
    await holder.end();
    const answer = await sent;
    expect([answer.status, codeOf(answer), answer.headers.get('retry-after')]).toEqual([503, 'UNAVAILABLE', '1']);
    expect(await haven.sql('SELECT id FROM haven.records WHERE collection_id = $1', [collection.id])).toEqual([{ id }]);
    expect((await send(body, headers, `?shape=record${query}`)).body).toMatchObject({
      imported: 3,
      created: 2,
      updated: 1,
    });
  });
});

/** Opens a transaction that has created a record and is not committed. */
async function heldRecord(id: string) {
  const holder = new pg.Client('url' in haven.address ? haven.address.url : haven.address);
  await holder.connect();
  await holder.query('BEGIN');
  const { rows } = await holder.query(
    `INSERT INTO haven.records (tenant_id, collection_id, id, version, data, created_at, updated_at)
     SELECT tenant_id, id, $2, 1, '{}', now(), now() FROM haven.collections WHERE tenant_id = $1 RETURNING collection_id AS id`,
    [haven.tenant, id],
  );
  return { holder, rows };
}

describe('the cost of a key', () => {
  const texts = async (work: () => Promise<unknown>) =>
    (await statementsOf(work)).map(({ text }) => text.trim().split(/\s+/).slice(0, 3).join(' '));

  it('is three statements in the round trip of a single write', async () => {
    const { body } = await create({ n: 0 }, { [KEY]: 'first' });
    const single = [
      expect.stringContaining("set_config('haven.tenant'"),
      expect.stringContaining('pg_try_advisory_xact_lock_shared'), // the collection
      ...["SELECT set_config( 'haven.held',", "SELECT set_config( 'haven.held',"], // the key
      'WITH change AS',
      'WITH stored AS',
    ];
    const read = [expect.stringContaining("set_config('haven.tenant'"), expect.stringContaining('SELECT')];
    expect(await texts(() => create({ n: 1 }, { [KEY]: 'second' }))).toEqual(single);
    const path = `${RECORDS}/${body.id}`;
    const patch = () => haven.rest('PATCH', path, { data: { n: 2 } }, { [KEY]: 'third' });
    expect(await texts(patch)).toEqual([...read, ...single]);
    const replace = () => haven.rest('PUT', path, { data: { n: 3 } }, { [KEY]: 'fourth' });
    expect(await texts(replace)).toEqual([...read, ...single]);
    expect(await texts(() => haven.rest('DELETE', path, undefined, { [KEY]: 'fifth' }))).toEqual([...read, ...single]);
    expect(
      await texts(() => mutation('createRecord(collection: "films", data: {}) { id }', { [KEY]: 'sixth' })),
    ).toEqual(single);
  });

  it('is one round trip for the claim and one for the response of all other operations', async () => {
    const { body } = await create({ n: 0 }, { [KEY]: 'first' });
    const restore = () => haven.rest('POST', `${RECORDS}/${body.id}/restore`, { version: 1 }, { [KEY]: 'second' });
    const all = await texts(restore);
    const claim = [
      expect.stringMatching(/^BEGIN/),
      expect.stringContaining('set_config'),
      'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 2))',
      'SELECT path, encode(fingerprint,',
    ];
    expect(all.slice(0, claim.length)).toEqual(claim);
    expect(all.slice(-2)).toEqual(['WITH replaced AS', 'COMMIT']);
    expect(await texts(restore)).toEqual([...claim, 'COMMIT']);
  });
});
