import { randomUUID } from 'node:crypto';

import { beforeEach, describe, expect, it, vi } from 'vitest';

import { MaintenanceScheduler } from '@haven/events';

import { startHaven } from '../support/haven.js';
import type { ApiResponse } from '../support/haven.js';

const haven = startHaven();
const films = '/collections/films';
const NEW = { 'if-none-match': '*' };
const NDJSON = { 'content-type': 'application/x-ndjson' };
const runMaintenance = () => haven.app.get(MaintenanceScheduler, { strict: false }).runAll();

/** Creates the tenant of the test with these quotas. */
async function tenantWith(quotas: object): Promise<void> {
  await haven.sql(
    `INSERT INTO haven.tenants (id, name, state, revision, created_at, updated_at, quotas)
     VALUES ($1::uuid, $1::text, 'active', 1, now(), now(), $2)`,
    [haven.tenant, quotas],
  );
  await haven.rest('POST', '/collections', { name: 'films' });
}

const create = (data: object = {}): Promise<ApiResponse> => haven.rest('POST', `${films}/records`, { data });
const usage = async (): Promise<any> => (await haven.rest('GET', '/usage')).body;
const events = async (): Promise<number> =>
  Number((await haven.sql('SELECT count(*) FROM haven.events WHERE tenant_id = $1', [haven.tenant]))[0].count);

/** Counts all records and bytes in the database. */
async function counted(): Promise<{ records: number; bytes: number }> {
  const [{ records }] = await haven.sql(
    'SELECT count(*) AS records FROM haven.records WHERE tenant_id = $1 AND data IS NOT NULL',
    [haven.tenant],
  );
  const [{ bytes }] = await haven.sql(
    'SELECT coalesce(sum(octet_length(data::text)), 0) AS bytes FROM haven.events WHERE tenant_id = $1',
    [haven.tenant],
  );
  return { records: Number(records), bytes: Number(bytes) };
}

/** Returns what the totals of the single collections add up to. */
async function sized(): Promise<{ records: number; bytes: number }> {
  const [{ records, bytes }] = await haven.sql(
    `SELECT coalesce(sum(s.records), 0) AS records, coalesce(sum(s.bytes - c.freed), 0) AS bytes
     FROM haven.collection_sizes AS s JOIN haven.collections AS c USING (tenant_id) WHERE c.id = s.collection_id
     AND tenant_id = $1`,
    [haven.tenant],
  );
  return { records: Number(records), bytes: Number(bytes) };
}

/** Checks that the usage, and that of single collections, is exact after all events have been added to the feed. */
async function expectExact(): Promise<void> {
  await vi.waitFor(async () => {
    const { records, bytes } = await usage();
    expect({ records: records.used, bytes: bytes.used }).toEqual(await counted());
    expect(await sized()).toEqual(await counted());
  }, 20_000);
}

function refused({ status, body }: ApiResponse): unknown {
  return { status, code: body.code, detail: body.detail };
}

const full = (name: string, limit: number, used = limit, more = 1) => ({
  status: 403,
  code: 'QUOTA_EXCEEDED',
  detail: `The tenant may have ${limit} ${name} (quotas.${name}); it has ${used}, and this would add ${more}.`,
});

describe('usage', () => {
  it('of a tenant without data', async () => {
    expect(await usage()).toEqual({
      tenant: haven.tenant,
      collections: { used: 0, limit: 1000 },
      records: { used: 0, limit: null },
      bytes: { used: 0, limit: null },
      keys: { used: 0, limit: 1000 },
      indexes: { used: 0, limit: 1000 },
    });
  });

  it('includes all writes, deletions, erasures and pruning', async () => {
    await tenantWith({});
    await haven.rest('PATCH', films, { history: { keep: 2 } });
    const ids = [];
    for (const title of ['Alien', 'Äther', 'Brazil']) ids.push((await create({ title })).body.id);
    const [first, second, third] = ids.map((id) => `${films}/records/${id}`);
    await haven.rest('PATCH', first!, { data: { year: 1979 } });
    await haven.rest('PUT', first!, { data: { year: 1980 } });
    await haven.rest('PUT', first!, { data: { year: 1981 } });
    await haven.rest('DELETE', second!);
    await haven.rest('POST', `${second}/restore`, { version: 1 });
    await haven.rest('POST', `${second}/restore`, { version: 1 });
    await haven.rest('DELETE', third!);
    await haven.rest('PUT', third!, { data: { again: true } });
    await haven.rest('POST', `${films}/import`, '{"a":1}\n{"b":2}\n', NDJSON);
    await haven.rest('POST', '/batch', {
      operations: [
        { op: 'create', collection: 'films', data: { c: 3 }, label: 'new' },
        { op: 'patch', collection: 'films', id: { $ref: 'new' }, data: { d: 4 } },
        { op: 'delete', collection: 'films', id: ids[0] },
      ],
    });
    await expectExact();
    expect((await usage()).records.used).toBe(5);
    await runMaintenance(); // prunes
    await expectExact();
    await haven.rest('POST', `${second}/erase`);
    await haven.rest('POST', `${first}/erase`);
    await expectExact();
    await haven.rest('DELETE', `${films}?cascade=true`);
    await expectExact();
    expect(await usage()).toMatchObject({ records: { used: 0 }, collections: { used: 0 } });
  });

  it('includes the erasure of a record that is not in the feed yet', async () => {
    await tenantWith({});
    const ids = await Promise.all(Array.from({ length: 20 }, async (_, n) => (await create({ n })).body.id));
    await Promise.all(
      ids.map(async (id) => {
        await haven.rest('PATCH', `${films}/records/${id}`, { data: { more: 'of it' } });
        await haven.rest('POST', `${films}/records/${id}/erase`);
      }),
    );
    await expectExact();
    expect(await counted()).toEqual({ records: 0, bytes: 0 });
  });

  it('includes data from before usage was counted', async () => {
    await tenantWith({});
    for (const title of ['Alien', 'Brazil']) await create({ title });
    const { body } = await create({ title: 'Contact' });
    await haven.rest('DELETE', `${films}/records/${body.id}`);
    await expectExact();
    const { Quotas1764220000000 } = await import('../../src/migrations/1764220000000-quotas.js');
    const { RequestStats1764610000000 } = await import('../../src/migrations/1764610000000-request-stats.js');
    const { CollectionMarks1764620000000 } = await import('../../src/migrations/1764620000000-collection-marks.js');
    const [counting, sizing] = [new Quotas1764220000000(), new RequestStats1764610000000()];
    const marking = new CollectionMarks1764620000000();
    const runner = { query: (text: string) => haven.sql(text) } as never;
    await marking.down(runner);
    await sizing.down(runner); // its view reads a column that the other one adds
    await counting.down(runner);
    await counting.up(runner);
    await sizing.up(runner);
    await marking.up(runner);
    await expectExact();
    expect((await usage()).records.used).toBe(2);
  });

  it('of another tenant requires an operator, and is NOT_FOUND for an unknown tenant', async () => {
    await tenantWith({ records: 3 });
    const tenant = haven.tenant;
    await create();
    await vi.waitFor(async () => expect((await usage()).records).toEqual({ used: 1, limit: 3 }));
    haven.tenant = randomUUID();
    expect((await haven.rest('GET', `/usage?tenant=${tenant}`)).body).toMatchObject({ tenant, records: { used: 1 } });
    const ask = `query($t: ID) { usage(tenant: $t) { tenant records { used limit } } }`;
    expect((await haven.graphql(ask, { t: tenant })).body.data.usage.records).toEqual({ used: 1, limit: 3 });
    expect((await haven.rest('GET', `/usage?tenant=${randomUUID()}`)).status).toBe(404);
    expect((await haven.rest('GET', '/usage?tenant=nobody')).status).toBe(404);
  });
});

describe('a quota of records', () => {
  beforeEach(() => tenantWith({ records: 3 }));

  it('rejects creations beyond the limit in every kind of request, and writes nothing', async () => {
    const [first] = [await create(), await create(), await create()];
    const before = await events();
    expect(refused(await create())).toEqual(full('records', 3));
    expect(refused(await haven.rest('PUT', `${films}/records/${randomUUID()}`, { data: {} }))).toEqual(
      full('records', 3),
    );
    const made = await haven.graphql('mutation { createRecord(collection: "films", data: {}) { id } }');
    expect(made.body.errors[0].extensions).toMatchObject({ code: 'QUOTA_EXCEEDED', status: 403 });
    const operations = [{ op: 'create', collection: 'films', data: {} }];
    expect((await haven.rest('POST', '/batch', { operations })).body.code).toBe('QUOTA_EXCEEDED');
    expect(await events()).toBe(before);
    expect((await haven.rest('PATCH', `${films}/records/${first.body.id}`, { data: { more: 1 } })).status).toBe(200);
    expect((await haven.rest('POST', `${films}/records/${first.body.id}/restore`, { version: 1 })).status).toBe(200);
    expect((await haven.rest('GET', `${films}/records`)).body.items.length).toBe(3);
  });

  it('is exact for concurrent requests', async () => {
    const operations = [1, 2].map(() => ({ op: 'create', collection: 'films', data: {} }));
    const responses = await Promise.all([
      ...Array.from({ length: 12 }, () => create()),
      ...Array.from({ length: 4 }, () => haven.rest('POST', '/batch', { operations })),
      ...Array.from({ length: 4 }, () => haven.rest('POST', '/batch?dryRun=true', { operations })),
    ]);
    expect(responses.every(({ status, body }) => status < 300 || body.code === 'QUOTA_EXCEEDED')).toBe(true);
    const { records } = await counted();
    expect(records).toBeLessThanOrEqual(3);
    for (let more = records; more < 3; more++) expect((await create()).status).toBe(201);
    expect(refused(await create())).toEqual(full('records', 3));
  });

  it('is available again after a request that failed', async () => {
    await create();
    const creation = { op: 'create', collection: 'films', data: {} };
    const operations = [creation, creation, { op: 'delete', collection: 'films', id: randomUUID() }];
    expect((await haven.rest('POST', '/batch', { operations })).status).toBe(404);
    const id = randomUUID();
    const made = await Promise.all([1, 2].map(() => haven.rest('PUT', `${films}/records/${id}`, { data: {} }, NEW)));
    expect(made.map(({ status }) => status).sort()).toEqual([201, 412]);
    expect((await create()).status).toBe(201);
  });

  it('allows a batch that deletes one record and creates another', async () => {
    const [first] = [await create(), await create(), await create()];
    const operations = [
      { op: 'delete', collection: 'films', id: first.body.id },
      { op: 'create', collection: 'films', data: {} },
    ];
    expect((await haven.rest('POST', '/batch', { operations })).status).toBe(200);
    expect((await create()).status).toBe(403);
  });

  it('reports the lines of an import that exceed it', async () => {
    await create();
    const { body, status } = await haven.rest('POST', `${films}/import`, '{}\n{}\n{}\n', NDJSON);
    expect(status).toBe(200);
    expect(body).toMatchObject({ imported: 0, failed: 3, errors: [{ line: 1, code: 'QUOTA_EXCEEDED' }, {}, {}] });
    const atomic = await haven.rest('POST', `${films}/import?atomic=true`, '{}\n{}\n{}\n', NDJSON);
    expect(refused(atomic)).toEqual(full('records', 3, 1, 3));
    expect((await haven.rest('POST', `${films}/import?atomic=true`, '{}\n{}\n', NDJSON)).body.imported).toBe(2);
  });

  it('includes the lines of an atomic import that have arrived', async () => {
    const lines = '{}\n'.repeat(600); // more than one batch
    await haven.sql('UPDATE haven.tenants SET quotas = \'{"records": 550}\' WHERE id = $1', [haven.tenant]);
    expect(refused(await haven.rest('POST', `${films}/import?atomic=true`, lines, NDJSON))).toEqual(
      full('records', 550, 0, 600),
    );
    expect(await counted()).toEqual({ records: 0, bytes: 0 });
  });
});

describe('a quota of bytes', () => {
  it('includes all stored versions, and allows deletions', async () => {
    await tenantWith({ bytes: 1_000 });
    const { body } = await create({ text: 'x'.repeat(400) });
    const place = `${films}/records/${body.id}`;
    expect((await haven.rest('PUT', place, { data: { text: 'y'.repeat(400) } })).status).toBe(200);
    expect((await haven.rest('PUT', place, { data: { text: 'z'.repeat(400) } })).body).toMatchObject({
      code: 'QUOTA_EXCEEDED',
      detail: expect.stringContaining('quotas.bytes'),
    });
    expect((await haven.rest('DELETE', place)).status).toBe(204);
    await expectExact();
  });
});

describe('stored responses', () => {
  const keyed = (key: string, description: string) =>
    haven.rest('PATCH', films, { description }, { 'idempotency-key': key });
  const keys = async () =>
    (await haven.sql('SELECT key FROM haven.idempotency_keys WHERE tenant_id = $1 ORDER BY 1', [haven.tenant])).map(
      ({ key }) => key as string,
    );
  const expire = () =>
    haven.sql("UPDATE haven.idempotency_keys SET at = now() - interval '25 hours' WHERE tenant_id = $1", [
      haven.tenant,
    ]);
  const cleanUp = () => haven.sql("SELECT haven.forget_answers(interval '1 day', 1000)");

  /** Returns the size of the stored responses with their keys and fingerprints. */
  async function stored(): Promise<number> {
    const [{ bytes }] = await haven.sql(
      `SELECT coalesce(sum(32 + octet_length(key) + octet_length(path) + coalesce(octet_length(answer), 0)), 0) AS bytes
       FROM haven.idempotency_keys WHERE tenant_id = $1`,
      [haven.tenant],
    );
    return Number(bytes);
  }

  async function expectStoredExact(): Promise<void> {
    const [bytes, events] = [await stored(), (await counted()).bytes];
    await vi.waitFor(async () => expect((await usage()).bytes.used).toBe(bytes + events), 20_000);
  }

  it('count as bytes until they expire or are erased', async () => {
    await tenantWith({});
    const { body } = await haven.rest('POST', `${films}/records`, { data: { é: 'ü' } }, { 'idempotency-key': 'first' });
    expect(await stored()).toBeGreaterThan(100);
    await expectStoredExact();
    await Promise.all(Array.from({ length: 8 }, (_, n) => keyed(`parallel ${n}`, 'x'.repeat(n))));
    await keyed('parallel 0', '');
    const fields = ['a', 'b'].map((alias) => `${alias}: deleteRecord(collection: "films", id: "${randomUUID()}")`);
    await haven.graphql(
      `mutation { c: updateCollection(name: "films", input: {}) { name } ${fields.join(' ')} }`,
      {},
      {
        'idempotency-key': 'graphql',
      },
    );
    await expectStoredExact();
    expect(await keys()).toHaveLength(10);
    const { data } = (await haven.graphql('{ usage { bytes { used } } }')).body;
    expect(data.usage.bytes).toEqual({ used: (await usage()).bytes.used });
    await haven.rest('POST', `${films}/records/${body.id}/erase`);
    await expectStoredExact();
    await expire();
    await keyed('parallel 3', 'again'); // replaces the expired response
    await expectStoredExact();
    await cleanUp();
    expect(await keys()).toEqual(['parallel 3']);
    await expectStoredExact();
    await expire();
    await cleanUp();
    expect((await usage()).bytes.used).toBe((await counted()).bytes);
  });

  it('of a process of the previous version are never subtracted', async () => {
    await tenantWith({});
    await keyed('counted', 'a');
    const { used } = (await usage()).bytes;
    await haven.sql(
      `INSERT INTO haven.idempotency_keys (tenant_id, key, path, fingerprint, status, answer)
       VALUES ($1, 'previous', '', '', 200, 'text')`,
      [haven.tenant],
    );
    await haven.sql("UPDATE haven.idempotency_keys SET answer = 'longer' WHERE tenant_id = $1", [haven.tenant]);
    expect((await usage()).bytes.used).toBe(used);
    await expire();
    await cleanUp();
    expect((await usage()).bytes.used).toBe(0);
  });

  it('make a request with a key fail when the quota is used up, and are not deleted for new ones', async () => {
    await tenantWith({ bytes: 1_000 });
    await keyed('1', 'a'.repeat(1_000));
    const { used } = (await usage()).bytes;
    expect(used).toBeGreaterThan(1_000);
    expect(refused(await keyed('2', 'b'))).toEqual(full('bytes', 1_000, used));
    const query = 'mutation { updateCollection(name: "films", input: { description: "c" }) { name } }';
    const graphql = await haven.graphql(query, {}, { 'idempotency-key': '3' });
    expect(graphql.body.errors[0].extensions).toMatchObject({ code: 'QUOTA_EXCEEDED', status: 403 });
    const { body } = await haven.rest('GET', films);
    expect([body.revision, body.description]).toEqual([2, 'a'.repeat(1_000)]);
    const replay = await keyed('1', 'a'.repeat(1_000));
    expect([replay.status, replay.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
    expect((await haven.rest('PATCH', films, { description: 'd' })).status).toBe(200);
    expect(await keys()).toEqual(['1']);
    await expire();
    await cleanUp();
    await vi.waitFor(async () => expect((await keyed('4', 'e')).status).toBe(200), 20_000);
  });
});

describe('a quota of collections', () => {
  it('is exact for concurrent requests', async () => {
    await tenantWith({ collections: 4 });
    const made = await Promise.all(
      Array.from({ length: 8 }, (_, n) => haven.rest('POST', '/collections', { name: `c${n}` })),
    );
    expect(made.filter(({ status }) => status === 201).length).toBe(3);
    expect(refused(made.find(({ status }) => status !== 201)!)).toEqual(full('collections', 4));
    expect((await haven.rest('DELETE', films)).status).toBe(204);
    expect((await haven.rest('PUT', '/collections/another', {})).status).toBe(201);
  });
});

describe('a quota of keys', () => {
  it('is exact, and does not count revoked keys', async () => {
    await tenantWith({ keys: 2 });
    const issue = () => haven.rest('POST', '/api-keys', { name: 'k', scopes: ['records:read'] });
    const made = await Promise.all([issue(), issue(), issue(), issue()]);
    const good = made.filter(({ status }) => status === 201);
    expect(good.length).toBe(2);
    expect(refused(made.find(({ status }) => status !== 201)!)).toEqual(full('keys', 2));
    await haven.rest('DELETE', `/api-keys/${good[0]!.body.id}`);
    expect((await issue()).status).toBe(201);
  });
});

const codeOf = ({ body }: ApiResponse) => body.errors?.[0]?.extensions?.code ?? body.code;
const declare = (indexes: string[], name = 'films') => haven.rest('PATCH', `/collections/${name}`, { indexes });
const DECLARE =
  'mutation($i: [JSON!]) { updateCollection(name: "films", input: { indexes: $i }) { indexes { path state problem } } }';

describe('a quota of indexes', () => {
  it('is exact, and is refused by both APIs before anything is changed', async () => {
    await tenantWith({ indexes: 2 });
    expect(refused(await declare(['a', 'b', 'c']))).toEqual(full('indexes', 2, 0, 3));
    expect(codeOf(await haven.graphql(DECLARE, { i: ['a', 'b', 'c'] }))).toBe('QUOTA_EXCEEDED');
    expect((await haven.rest('GET', films)).body).toMatchObject({ revision: 1, indexes: [] });
    await Promise.all(['a', 'b', 'c'].map((name) => haven.rest('POST', '/collections', { name, indexes: ['n'] })));
    expect((await usage()).indexes).toEqual({ used: 2, limit: 2 });
    const created = await haven.graphql('mutation { createCollection(input: { name: "d", indexes: ["n"] }) { name } }');
    expect(codeOf(created)).toBe('QUOTA_EXCEEDED');
    expect(refused(await haven.rest('PUT', '/collections/d', { indexes: ['n'] }))).toEqual(full('indexes', 2));
    expect((await usage()).collections.used).toBe(3);
    const [{ name }] = (await haven.rest('GET', '/collections')).body.items;
    expect((await declare(['m'], name)).status).toBe(200);
    for (const each of ['a', 'b', 'c']) await haven.rest('DELETE', `/collections/${each}`);
    expect((await usage()).indexes.used).toBe(0);
  });
});

describe('the quotas of a tenant', () => {
  it('are set individually by operators, in both APIs', async () => {
    const name = `Acme ${randomUUID()}`;
    const made = await haven.rest('POST', '/tenants', { name, quotas: { records: 5 } });
    expect(made.body.quotas).toEqual({ collections: null, records: 5, bytes: null, keys: null, indexes: null });
    const changed = await haven.graphql(
      'mutation($id: ID!) { updateTenant(id: $id, input: { quotas: { bytes: 10000000000, records: null } }) { quotas { records bytes } } }',
      { id: made.body.id },
    );
    expect(changed.body.data.updateTenant.quotas).toEqual({ records: null, bytes: 10_000_000_000 });
    expect((await haven.rest('GET', `/usage?tenant=${made.body.id}`)).body.bytes).toEqual({
      used: 0,
      limit: 10_000_000_000,
    });
    const wrong = await haven.rest('PATCH', `/tenants/${made.body.id}`, { quotas: { records: -1 } });
    expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([422, '/quotas/records']);
    const unknown = await haven.rest('PATCH', `/tenants/${made.body.id}`, { quotas: { rows: 1 } });
    expect([unknown.status, unknown.body.errors[0].pointer]).toEqual([422, '/quotas/rows']);
  });

  it('take effect about a second after a change', async () => {
    await tenantWith({ records: 1 });
    await create();
    expect((await create()).status).toBe(403);
    await haven.sql("UPDATE haven.tenants SET quotas = '{}' WHERE id = $1", [haven.tenant]);
    await vi.waitFor(async () => expect((await create()).status).toBe(201), 20_000);
  });
});
