import { randomUUID } from 'node:crypto';

import { beforeEach, describe, expect, it } from 'vitest';

import { verify } from '../../src/verify.js';
import { at } from '../support/process.js';
import { startHaven, testConfig } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';

const haven = startHaven(['limits.keysPerRecord=4', 'limits.jsonValues=200']);
const config = () => testConfig([`database.url=${at(haven.address).DATABASE_URL}`]);
const TICKETS = '/collections/tickets';
const RECORDS = `${TICKETS}/records`;
const TIME = { type: 'string', format: 'date-time', 'x-haven-default': '$now' };
const SCHEMA = {
  type: 'object',
  required: ['state', 'openedAt'],
  properties: {
    state: { enum: ['open', 'done'], 'x-haven-default': 'open' },
    openedAt: TIME,
    token: { type: 'string', format: 'uuid', 'x-haven-default': '$uuid' },
    by: { type: 'string', 'x-haven-default': '$principal' },
    note: { type: ['string', 'null'], 'x-haven-default': 'none' },
    meta: { properties: { seenAt: TIME, tags: { type: 'array', 'x-haven-default': ['new'] } } },
  },
};
/** An event in the far future, as of a server whose clock was wrong. */
const LATER = '2099-01-01T00:00:00.123Z';

const create = (data: object, headers?: Record<string, string>) => haven.rest('POST', RECORDS, { data }, headers);
const change = (settings: object) => haven.rest('PATCH', TICKETS, settings);
const batch = (...operations: object[]) => haven.rest('POST', '/batch', { operations });
const lines = (...values: object[]) => values.map((value) => JSON.stringify(value)).join('\n');
const load = (body: string, query = '', headers: Record<string, string> = {}) =>
  haven.rest('POST', `${TICKETS}/import?${query}`, body, { 'content-type': 'application/x-ndjson', ...headers });
const stored = async (): Promise<any[]> => (await haven.rest('GET', `${RECORDS}?limit=500`)).body.items;

/** Expects that the default times of a record are exactly that of its last event, wherever they are read. */
async function expectTimes(record: any): Promise<void> {
  const { body: read } = await haven.rest('GET', `${RECORDS}/${record.id}`);
  expect(read.data).toEqual(record.data);
  const { body } = await haven.rest('GET', `${RECORDS}/${record.id}/history?limit=1`);
  const [event] = body.items;
  expect([read.data.openedAt, read.updatedAt, event.data.openedAt]).toEqual([event.at, event.at, event.at]);
  if (read.data.meta) expect(read.data.meta.seenAt).toBe(event.at);
}

/** Lets the last event of a record be in the future: the next one is not before it. */
async function moveToFuture(id: string): Promise<void> {
  for (const statement of [
    'UPDATE haven.records SET updated_at = $3 WHERE tenant_id = $1 AND id = $2',
    'UPDATE haven.events SET at = $3 WHERE tenant_id = $1 AND record_id = $2',
  ])
    await haven.sql(statement, [haven.tenant, id, LATER]);
}

async function expectVerified(): Promise<void> {
  const { text } = await verify(config(), { tenant: haven.tenant, audit: false, exported: [] });
  expect(text).toMatch(/^Rows and events agree/);
}

beforeEach(async () => {
  const { status, body } = await haven.rest('POST', '/collections', {
    name: 'tickets',
    schema: SCHEMA,
    indexes: [
      { path: 'openedAt' },
      { path: 'openedAt', type: 'dateTime' },
      { path: 'token', unique: true },
      { path: 'key', unique: true },
    ],
  });
  expect(status, JSON.stringify(body)).toBe(201);
  await expect
    .poll(async () => (await haven.rest('GET', TICKETS)).body.indexes.map(({ state }: any) => state))
    .toEqual(['ready', 'ready', 'ready', 'ready']);
});

describe('an absent member', () => {
  it('gets its default when a record is created, before it is validated', async () => {
    const { status, body } = await create({ meta: {} });
    expect([status, body.data]).toEqual([
      201,
      {
        state: 'open',
        openedAt: body.updatedAt,
        token: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
        by: 'tester',
        note: 'none',
        meta: { seenAt: body.updatedAt, tags: ['new'] },
      },
    ]);
    await expectTimes(body);
    await expectVerified();
  });

  it('keeps what the client gives, also null and an absent parent', async () => {
    const data = { state: 'done', openedAt: '2020-01-01T00:00:00Z', token: randomUUID(), by: 'me', note: null };
    const { body } = await create(data);
    expect(body.data).toEqual(data);
    const refused = await create({ state: null });
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, '/data/state']);
  });

  it('gets a default by GraphQL too', async () => {
    const { body } = await haven.graphql(
      'mutation { createRecord(collection: "tickets", data: { meta: {} }) { id data updatedAt } }',
    );
    const { createRecord: record } = body.data;
    expect([record.data.openedAt, record.data.meta.seenAt]).toEqual([record.updatedAt, record.updatedAt]);
    await expectTimes(record);
    const { body: replaced } = await haven.graphql(
      'mutation($id: ID!) { replaceRecord(collection: "tickets", id: $id, data: { meta: {} }) { id data updatedAt } }',
      { id: record.id },
    );
    await expectTimes(replaced.data.replaceRecord);
    expect(replaced.data.replaceRecord.data.token).not.toBe(record.data.token);
  });

  it('gets a default at the time of the event, however a record is created or replaced', async () => {
    const ways: Record<string, (id: string) => Promise<{ status: number; body: any }>> = {
      PUT: (id) => haven.rest('PUT', `${RECORDS}/${id}`, { data: {} }),
      'PUT by key': (id) => haven.rest('PUT', `${RECORDS}/by/key/${id}`, { data: {} }),
      batch: (id) => batch({ op: 'replace', collection: 'tickets', id, data: {} }),
      import: (id) => load(lines({ id, data: {} }), 'shape=record'),
      'atomic import': (id) => load(lines({ id, data: {} }), 'shape=record&atomic=true'),
      'import by key': (key) => load(lines({ key }), 'upsertBy=key'),
      'atomic import by key': (key) => load(lines({ key }), 'upsertBy=key&atomic=true'),
    };
    for (const [way, write] of Object.entries(ways)) {
      const id = randomUUID();
      const { status, body } = await write(id);
      expect([status < 300, body.failed ?? 0], way).toEqual([true, 0]);
      const [created] = await stored();
      await expectTimes(created);
      await moveToFuture(created.id);
      expect((await write(id)).status).toBe(200);
      const { body: replaced } = await haven.rest('GET', `${RECORDS}/${created.id}`);
      expect(replaced, way).toMatchObject({ version: 2, data: { openedAt: LATER, state: 'open', by: 'tester' } });
      expect(replaced.data.token).not.toBe(created.data.token);
      await expectTimes(replaced);
    }
    await expectVerified();
  });

  it('gets the same time in all operations of a batch, and one that a later operation keeps', async () => {
    const id = randomUUID();
    const { status, body } = await batch(
      { op: 'create', collection: 'tickets', id, data: { meta: {} } },
      { op: 'patch', collection: 'tickets', id, data: { state: 'done' } },
      { op: 'create', collection: 'tickets', data: {} },
      { op: 'delete', collection: 'tickets', id },
      { op: 'create', collection: 'tickets', id, data: { meta: {} } },
    );
    expect(status, JSON.stringify(body)).toBe(200);
    for (const record of await stored()) await expectTimes(record);
    const { body: history } = await haven.rest('GET', `${RECORDS}/${id}/history`);
    const times = history.items.flatMap(({ data, at }: any) =>
      data ? [data.openedAt === at, data.meta.seenAt === at] : [],
    );
    expect(times).toEqual([true, true, true, true, true, true]);
    await expectVerified();
  });

  it('is not filled in by patches, restoring and changes of the schema', async () => {
    const { body: record } = await create({});
    const path = `${RECORDS}/${record.id}`;
    const merged = await haven.rest('PATCH', path, { data: { note: null, by: null } });
    const { note: _note, by: _by, ...rest } = record.data;
    expect(merged.body.data).toEqual(rest);
    const patch = [{ op: 'remove', path: '/data/token' }];
    const patched = await haven.rest('PATCH', path, patch, { 'content-type': 'application/json-patch+json' });
    expect(Object.keys(patched.body.data).toSorted()).toEqual(['openedAt', 'state']);
    await change({ schema: { ...SCHEMA, properties: { ...SCHEMA.properties, added: { 'x-haven-default': 1 } } } });
    expect((await haven.rest('GET', path)).body).toEqual(patched.body);
    const restored = await haven.rest('POST', `${path}/restore`, { version: 1 });
    expect(restored.body.data).toEqual(record.data);
    expect((await haven.rest('PATCH', path, { data: { state: null } })).body.errors[0].pointer).toBe('/data/state');
  });

  it('gets another default at once when the schema changes', async () => {
    await create({});
    await change({ schema: { properties: { note: { 'x-haven-default': 'changed' } } } });
    expect((await create({})).body.data).toEqual({ note: 'changed' });
    await change({ schema: null });
    expect((await create({})).body.data).toEqual({});
  });
});

it('counts the members that it adds in the limits, and validates them', async () => {
  await change({ schema: { properties: { a: { properties: { b: { 'x-haven-default': { list: [1] } } } } } } });
  const { body } = await create({ a: {} });
  expect(body.data).toEqual({ a: { b: { list: [1] } } });
  await change({ schema: { maxProperties: 1, properties: { a: { 'x-haven-default': 1 } } } });
  expect((await create({ b: 1 })).body).toMatchObject({
    code: 'SCHEMA_VIOLATION',
    errors: [{ code: 'MAX_PROPERTIES' }],
  });
  expect((await load(lines({ b: 1 }))).body.errors).toMatchObject([{ line: 1, code: 'MAX_PROPERTIES' }]);
  const schema = { properties: { list: { 'x-haven-default': [1, 2, 3, 4, 5] } } };
  const big = Array.from({ length: 195 }, () => 0);
  await change({ schema, indexes: [{ path: 'list' }] });
  expect((await create({ list: [] })).status).toBe(201);
  for (const data of [{}, { big }]) {
    expect((await create(data)).body.code).toBe('LIMIT_EXCEEDED');
    expect((await load(lines(data))).body.errors).toMatchObject([{ line: 1, code: 'LIMIT_EXCEEDED' }]);
    expect((await load(lines(data), 'atomic=true')).body.code).toBe('LIMIT_EXCEEDED');
    await change({ indexes: [] });
  }
  expect((await create({ big: big.slice(5) })).status).toBe(201);
});

it('returns the same defaults to a repeated request', async () => {
  const key = { 'idempotency-key': '"one"' };
  const { body: first } = await create({ meta: {} }, key);
  await expectTimes(first);
  const again = await create({ meta: {} }, key);
  expect([again.headers.get('idempotency-replayed'), again.body]).toEqual(['true', first]);
  const keyed = { 'idempotency-key': '"import"' };
  const report = await load(lines({ meta: {} }), '', keyed);
  expect((await load(lines({ meta: {} }), '', keyed)).body).toEqual(report.body);
  for (const record of await stored()) await expectTimes(record);
  expect(await stored()).toHaveLength(2);
});

it('imports lines with and without the members, of NDJSON and CSV', async () => {
  const given = { openedAt: '2020-01-01T00:00:00Z', state: 'done', note: null };
  expect((await load(lines({ meta: {} }, given), 'atomic=true')).body).toMatchObject({ imported: 2 });
  const csv = await load('state,note\ndone,\n,x\n', 'atomic=true', { 'content-type': 'text/csv' });
  expect(csv.body).toMatchObject({ imported: 2, failed: 0 });
  const records = await stored();
  expect(records.map(({ data }) => `${data.state} ${data.note}`).toSorted()).toEqual([
    'done none',
    'done null',
    'open none',
    'open x',
  ]);
  for (const record of records.filter(({ data }) => data.note !== null)) await expectTimes(record);
  await expectVerified();
});

it('does not find records by a key that it generates', async () => {
  const { body } = await load(lines({ token: randomUUID() }, {}), 'upsertBy=token');
  expect(body).toMatchObject({ imported: 1, errors: [{ line: 2, code: 'VALIDATION_FAILED', pointer: '/token' }] });
});

it('ignores a stored schema that could not be declared, and refuses to declare it', async () => {
  const schema = { properties: { a: { 'x-haven-default': '$later' }, b: { items: { 'x-haven-default': 1 } } } };
  for (const dryRun of [false, true]) {
    const { status, body } = await haven.rest('PATCH', `${TICKETS}?dryRun=${dryRun}`, { schema });
    expect([status, body.code, body.errors[0].pointer]).toEqual([
      422,
      'SCHEMA_INVALID',
      '/schema/properties/a/x-haven-default',
    ]);
  }
  await haven.sql('UPDATE haven.collections SET schema = $2, revision = revision + 1 WHERE tenant_id = $1', [
    haven.tenant,
    JSON.stringify(schema),
  ]);
  await haven.rest('GET', TICKETS);
  expect((await create({ b: [] })).body.data).toEqual({ b: [] });
});

it('shows generated members in a dry run, and that the real request generates them again', async () => {
  const body = { data: { meta: {}, by: 'me' } };
  const { body: tried } = await haven.rest('POST', `${RECORDS}?dryRun=true`, body);
  const members = ['/data/openedAt', '/data/token', '/data/meta/seenAt'];
  expect(tried.dryRun.predicted).toEqual(['/id', '/version', '/createdAt', '/updatedAt', ...members]);
  expect(tried.dryRun.changes[0].patch).toEqual([{ op: 'add', path: '/data', value: tried.data }]);
  expect([tried.data.openedAt, tried.data.state]).toEqual([tried.updatedAt, 'open']);
  const operations = [
    { op: 'create', collection: 'tickets', label: 'new', data: { meta: {} } },
    { op: 'patch', collection: 'tickets', id: { $ref: 'new' }, data: { token: null, by: null } },
  ];
  const { body: batched } = await haven.rest('POST', '/batch?dryRun=true', { operations });
  const documents = batched.dryRun.predicted.filter((pointer: string) => pointer.includes('/data/'));
  expect(documents).toEqual([
    ...members.map((pointer) => `/results/0/record${pointer}`),
    '/results/1/record/data/openedAt',
    '/results/1/record/data/meta/seenAt',
  ]);
  const report = await load(lines({ meta: {} }), 'dryRun=true');
  const [{ value }] = report.body.dryRun.changes[0].patch;
  expect([value.meta.seenAt, value.state]).toEqual([value.openedAt, 'open']);
  expect(await stored()).toEqual([]);
});

describe('the statements of a write', () => {
  const names = async (work: () => Promise<unknown>) => (await statementsOf(work)).map(({ name }) => name);

  it('are the same with a default time as without, for one record', async () => {
    const given = { openedAt: '2020-01-01T00:00:00Z', token: randomUUID() };
    await create(given);
    const without = await names(() => create({ ...given, token: randomUUID() }));
    const withTime = await names(() => create({}));
    // Only the statement knows the key of the time.
    const timed = (name = '') => `${name.replace('givenUnique', 'unique')}.timed`;
    expect(withTime).toEqual(without.map((name) => (name?.startsWith('records.append') ? timed(name) : name)));
    const id = (await stored())[0].id;
    await haven.rest('PUT', `${RECORDS}/${id}`, { data: given });
    const replaced = await names(() => haven.rest('PUT', `${RECORDS}/${id}`, { data: {} }));
    expect(replaced.filter((name) => name?.startsWith('records.'))).toEqual([
      'records.find',
      expect.stringMatching(/^records\.append\.one\.unique\.timed$/),
    ]);
  });
});
