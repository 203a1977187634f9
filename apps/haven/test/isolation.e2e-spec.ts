import { randomUUID } from 'node:crypto';

import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { runtimeConnection } from '@haven/platform';

import { startHaven, testConfig } from './support/haven.js';

const SETTINGS = ['database.poolSize=2'];
const haven = startHaven(SETTINGS);

let record: string;
let cursor: string;
let other: string;

beforeEach(async () => {
  await haven.rest('POST', '/collections', { name: 'films', description: 'ours' });
  record = (await haven.rest('POST', '/collections/films/records', { data: { secret: 'ours' } })).body.id;
  await haven.rest('POST', '/collections/films/records', { data: { secret: 'ours too' } });
  cursor = (await haven.rest('GET', '/collections/films/records?limit=1')).body.nextCursor;
  other = randomUUID();
});

/** Every operation, on the other tenant's names and ids. */
const operations: Record<string, [method: string, path: string, body?: unknown, type?: string]> = {
  collection: ['GET', '/collections/films'],
  updateCollection: ['PATCH', '/collections/films', { description: 'theirs' }],
  deleteCollection: ['DELETE', '/collections/films?cascade=true'],
  records: ['GET', '/collections/films/records'],
  'records, count': ['GET', '/collections/films/records?count=exact'],
  'records, query': ['POST', '/collections/films/query', { filter: { secret: 'ours' } }],
  record: ['GET', '/collections/films/records/{id}'],
  createRecord: ['POST', '/collections/films/records', { data: {} }],
  replaceRecord: ['PUT', '/collections/films/records/{id}', { data: {} }],
  patchRecord: ['PATCH', '/collections/films/records/{id}', { data: {} }],
  jsonPatchRecord: ['PATCH', '/collections/films/records/{id}', [], 'application/json-patch+json'],
  deleteRecord: ['DELETE', '/collections/films/records/{id}'],
  recordHistory: ['GET', '/collections/films/records/{id}/history'],
  importRecords: ['POST', '/collections/films/import', '{}\n', 'application/x-ndjson'],
  exportRecords: ['GET', '/collections/films/export'],
};

const fields: Record<string, string> = {
  collection: '{ collection(name: "films") { name } }',
  updateCollection: 'mutation { updateCollection(name: "films", input: { description: "theirs" }) { name } }',
  deleteCollection: 'mutation { deleteCollection(name: "films", cascade: true) }',
  records: '{ records(collection: "films") { totalCount edges { cursor } } }',
  record: '{ record(collection: "films", id: "{id}") { data } }',
  createRecord: 'mutation { createRecord(collection: "films", data: {}) { id } }',
  replaceRecord: 'mutation { replaceRecord(collection: "films", id: "{id}", data: {}) { id } }',
  patchRecord: 'mutation { patchRecord(collection: "films", id: "{id}", data: {}) { id } }',
  jsonPatchRecord: 'mutation { jsonPatchRecord(collection: "films", id: "{id}", operations: []) { id } }',
  deleteRecord: 'mutation { deleteRecord(collection: "films", id: "{id}") }',
  recordHistory: '{ recordHistory(collection: "films", id: "{id}") { edges { cursor } } }',
};

describe("another tenant's things do not exist", () => {
  it.each(Object.entries(operations))(
    '%s over REST',
    async (_name, [method, path, body, type = 'application/json']) => {
      const before = await everything();
      const headers = { 'x-test-tenant': other, ...(body !== undefined && { 'content-type': type }) };
      const { status, body: answer } = await haven.rest(method, path.replace('{id}', record), body, {
        ...headers,
        accept: '*/*',
      });
      expect([status, answer.code]).toEqual([404, 'NOT_FOUND']);
      expect(JSON.stringify(answer)).not.toContain('ours');
      expect(await everything()).toEqual(before);
    },
  );

  it.each(Object.entries(fields))('%s over GraphQL', async (_name, document) => {
    const before = await everything();
    const { body } = await haven.graphql(document.replace('{id}', record), {}, { 'x-test-tenant': other });
    expect(body.errors[0].extensions.code).toBe('NOT_FOUND');
    expect(await everything()).toEqual(before);
  });

  it('lists are empty', async () => {
    const headers = { 'x-test-tenant': other };
    expect((await haven.rest('GET', '/collections', undefined, headers)).body.items).toEqual([]);
    expect(
      (await haven.graphql('{ collections { totalCount edges { cursor } } }', {}, headers)).body.data.collections,
    ).toEqual({ totalCount: 0, edges: [] });
  });

  it('a name of another tenant is free, and an id too', async () => {
    const headers = { 'x-test-tenant': other };
    expect((await haven.rest('POST', '/collections', { name: 'films' }, headers)).status).toBe(201);
    const made = await haven.rest(
      'PUT',
      `/collections/films/records/${record}`,
      { data: { secret: 'theirs' } },
      headers,
    );
    expect([made.status, made.body.version]).toEqual([201, 1]);
    expect((await haven.rest('GET', `/collections/films/records/${record}`)).body.data).toEqual({ secret: 'ours' });
  });

  it('a cursor opens nothing', async () => {
    const headers = { 'x-test-tenant': other };
    await haven.rest('POST', '/collections', { name: 'films' }, headers);
    const { status, body } = await haven.rest('GET', `/collections/films/records?after=${cursor}`, undefined, headers);
    expect([status, body.code]).toEqual([400, 'CURSOR_INVALID']);
  });
});

describe('PostgreSQL keeps tenants apart', () => {
  let runtime: pg.Client;
  beforeAll(async () => {
    runtime = new pg.Client({ ...runtimeConnection(haven.address, testConfig()), pipeline: false } as pg.ClientConfig);
    await runtime.connect();
  });
  afterAll(() => runtime.end());

  const tables = ['collections', 'records', 'events', 'live_records'];

  it.each(tables)('%s: no tenant set, no rows; a tenant set, only its rows', async (table) => {
    expect((await runtime.query(`SELECT * FROM haven.${table}`)).rows).toEqual([]);
    await runtime.query('BEGIN');
    await runtime.query("SELECT set_config('haven.tenant', $1, true)", [haven.tenant]);
    const { rows } = await runtime.query(`SELECT * FROM haven.${table}`);
    await runtime.query('ROLLBACK');
    expect(rows).toHaveLength(table === 'collections' ? 1 : 2);
    for (const row of rows.filter((row) => 'tenant_id' in row)) expect(row.tenant_id).toBe(haven.tenant);
    expect((await runtime.query(`SELECT * FROM haven.${table}`)).rows).toEqual([]);
  });

  it('refuses a row of another tenant', async () => {
    await runtime.query('BEGIN');
    await runtime.query("SELECT set_config('haven.tenant', $1, true)", [haven.tenant]);
    const insert = runtime.query(
      "INSERT INTO haven.events (tenant_id, collection_id, record_id, version, type, actor, trace_id, at) VALUES ($1, 1, $1, 1, 'x', 'x', 'x', now())",
      [other],
    );
    await expect(insert).rejects.toThrow('row-level security');
    await runtime.query('ROLLBACK');
  });

  it('lets the runtime role own nothing, bypass nothing and rewrite no event', async () => {
    const [role] = await haven.sql("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = 'haven_runtime'");
    expect(role).toEqual({ rolsuper: false, rolbypassrls: false });
    expect(await haven.sql("SELECT 1 FROM pg_class WHERE relowner = 'haven_runtime'::regrole")).toEqual([]);
    await expect(runtime.query('UPDATE haven.events SET data = NULL')).rejects.toThrow('permission denied');
    await expect(runtime.query('DELETE FROM haven.events')).rejects.toThrow('permission denied');
  });

  it('guards every table that has a tenant', async () => {
    const open = await haven.sql(`
      SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
      WHERE c.relnamespace = 'haven'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'tenant_id'
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity)`);
    expect(open).toEqual([]);
  });
});

it('never mixes tenants up on two connections', async () => {
  const tenants = Array.from({ length: 10 }, () => randomUUID());
  await Promise.all(
    tenants.map(async (tenant) => {
      await haven.rest('POST', '/collections', { name: 'mine' }, { 'x-test-tenant': tenant });
      await haven.rest('POST', '/collections/mine/records', { data: { tenant } }, { 'x-test-tenant': tenant });
    }),
  );
  const seen = await Promise.all(
    Array.from({ length: 500 }, async (_, index) => {
      const tenant = tenants[index % tenants.length] ?? '';
      const { body } = await haven.rest('GET', '/collections/mine/records', undefined, { 'x-test-tenant': tenant });
      return body.items?.length === 1 && body.items[0].data.tenant === tenant;
    }),
  );
  expect(seen.every(Boolean)).toBe(true);
});

/** All rows of the test's tenant, as the owner sees them. */
async function everything(): Promise<unknown> {
  const of = (table: string): Promise<unknown[]> =>
    haven.sql(`SELECT * FROM haven.${table} t WHERE tenant_id = $1 ORDER BY t::text`, [haven.tenant]);
  return [await of('collections'), await of('records'), await of('events')];
}
