import { randomUUID } from 'node:crypto';

import pg from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import { pipelined } from '../support/pipelined.js';
import { statementsOf } from '../support/statements.js';

const haven = startHaven();
const RECORDS = '/collections/films/records';
const SIXTEEN = Array.from({ length: 16 }, (_, number) => number);

beforeEach(async () => {
  await haven.rest('POST', '/collections', { name: 'films' });
  await create({ warm: 'up' }); // reads the usage and the settings, which the other requests find in caches
});

const create = (data: object) => haven.rest('POST', RECORDS, { data });
const creation = (data: object, headers = {}) => ({ method: 'POST', path: RECORDS, body: { data }, headers });
const eventsOf = (ids: readonly string[]) =>
  haven.sql('SELECT record_id, type, version, data, trace_id, at FROM haven.events WHERE record_id = ANY($1)', [ids]);

it('writes records that are created together in few statements, each with its own trace', async () => {
  const traces = SIXTEEN.map(() => randomUUID().replaceAll('-', ''));
  const requests = traces.map((trace, n) => creation({ n }, { traceparent: `00-${trace}-00f067aa0ba902b7-01` }));
  let responses: Awaited<ReturnType<typeof pipelined>> = [];
  const sent = await statementsOf(async () => void (responses = await pipelined(haven.url, requests)));
  const writes = sent.filter(({ name }) => name?.startsWith('records.append'));
  expect(writes.length).toBeLessThanOrEqual(4);
  expect(sent.filter(({ name }) => name === 'tenant.fixedPlan').length).toBe(writes.length);
  expect(responses.map(({ status, body }) => [status, body.version, body.data])).toEqual(
    SIXTEEN.map((n) => [201, 1, { n }]),
  );
  const events = await eventsOf(responses.map(({ body }) => body.id));
  const traceOf = new Map(events.map(({ record_id, trace_id }) => [record_id, trace_id]));
  expect(responses.map(({ body }) => traceOf.get(body.id))).toEqual(traces);
});

it('keeps the tenants of requests that arrive together apart', async () => {
  const other = randomUUID();
  const headers = await haven.as(other);
  await haven.rest('POST', '/collections', { name: 'films' }, headers);
  const responses = await pipelined(
    haven.url,
    SIXTEEN.map((n) => creation({ n }, n % 2 ? headers : {})),
  );
  expect(responses.map(({ status }) => status)).toEqual(SIXTEEN.map(() => 201));
  const rows = await haven.sql('SELECT id, tenant_id FROM haven.records WHERE id = ANY($1)', [
    responses.map(({ body }) => body.id),
  ]);
  const tenantOf = new Map(rows.map(({ id, tenant_id }) => [id, tenant_id]));
  expect(responses.map(({ body }) => tenantOf.get(body.id))).toEqual(
    SIXTEEN.map((n) => (n % 2 ? other : haven.tenant)),
  );
});

describe('requests with a key that arrive together', () => {
  const keyed = (data: object, key: string) => creation(data, { 'idempotency-key': key });
  const stored = async () =>
    (
      await haven.sql('SELECT answer FROM haven.idempotency_keys WHERE tenant_id = $1 ORDER BY key', [haven.tenant])
    ).map(({ answer }) => JSON.parse(answer));

  it('are written in few statements, which also store their responses', async () => {
    const requests = SIXTEEN.map((n) => keyed({ n }, `key-${String.fromCharCode(97 + n)}`));
    let responses: Awaited<ReturnType<typeof pipelined>> = [];
    const sent = await statementsOf(async () => void (responses = await pipelined(haven.url, requests)));
    expect(sent.filter(({ name }) => name?.startsWith('records.append')).length).toBeLessThanOrEqual(4);
    expect(responses.map(({ status, body }) => [status, body.data])).toEqual(SIXTEEN.map((n) => [201, { n }]));
    expect(await stored()).toEqual(responses.map(({ body }) => body));
    expect(await pipelined(haven.url, requests)).toEqual(responses);
    expect(await haven.sql('SELECT id FROM haven.records WHERE tenant_id = $1', [haven.tenant])).toHaveLength(17);
  });

  it('are executed although others are repeated, refused, or use the same key', async () => {
    await haven.rest('PUT', '/collections/films', { indexes: [{ path: 'code', unique: true }] });
    const { body: first } = await create({ code: 'c0' });
    const used = [keyed({ code: 'c1' }, 'repeated'), keyed({}, 'changed')];
    const [repeated] = await pipelined(haven.url, used);
    const responses = await pipelined(haven.url, [
      keyed({ code: 'c1' }, 'repeated'),
      keyed({ code: 'c2' }, 'changed'),
      keyed({ code: 'c2' }, 'second'),
      keyed({ code: 'c0' }, 'duplicate'),
      keyed({ code: 'c3' }, 'same'),
      keyed({ code: 'c3' }, 'same'),
      creation({ code: 'c4' }),
      keyed({ code: 'c5' }, 'fifth'),
    ]);
    expect(responses[0]).toEqual(repeated);
    expect(responses.map(({ body }) => body.code ?? 'created')).toEqual([
      'created',
      'IDEMPOTENCY_MISMATCH',
      'created',
      'UNIQUE_VIOLATION',
      expect.stringMatching(/created|IDEMPOTENCY_IN_FLIGHT/),
      expect.stringMatching(/created|IDEMPOTENCY_IN_FLIGHT/),
      'created',
      'created',
    ]);
    const codes = await haven.sql("SELECT data ->> 'code' AS code FROM haven.records WHERE tenant_id = $1 ORDER BY 1", [
      haven.tenant,
    ]);
    expect(codes.map(({ code }) => code)).toEqual(['c0', 'c1', 'c2', 'c3', 'c4', 'c5', null, null]);
    expect(first.version).toBe(1);
  });

  it('store a response only for the record that they have written', async () => {
    const { body } = await create({ n: 'old' });
    const put = (n: number) => ({
      method: 'PUT',
      path: `${RECORDS}/${body.id}`,
      body: { data: { n } },
      headers: { 'idempotency-key': `put-${n}`, 'if-match': '"1"' },
    });
    const responses = await pipelined(haven.url, [put(1), put(2), keyed({}, 'put-3')]);
    expect(responses.map(({ status }) => status).toSorted()).toEqual([200, 201, 412]);
    expect(await stored()).toEqual(responses.filter(({ status }) => status < 300).map((one) => one.body));
  });
});

it('refuses only the changes that cannot be made, and makes the others', async () => {
  const sequel = { type: 'string', format: 'uuid', 'x-haven-ref': { collection: 'films' } };
  const settings = { indexes: ['year', { path: 'code', unique: true }], schema: { properties: { sequel } } };
  expect((await haven.rest('PUT', '/collections/films', settings)).status).toBe(200);
  const { body: first } = await create({ code: 'c0' });
  const responses = await pipelined(haven.url, [
    creation({ code: 'c0', year: 1 }), // held by `first`
    creation({ code: 'c1', year: 1 }),
    creation({ code: 'c2', year: 2, sequel: first.id }),
    creation({ code: 'c3', year: 2, sequel: randomUUID() }), // leads nowhere
    creation({ code: 'c4', year: 3, sequel: randomUUID().toUpperCase() }),
    creation({ code: 'c5', year: 3 }),
    creation({ code: 'c5', year: 3 }), // one of both
    { method: 'POST', path: RECORDS, body: { id: first.id, data: {} } },
  ]);
  expect(responses.map(({ body }) => body.code ?? 'created')).toEqual([
    'UNIQUE_VIOLATION',
    'created',
    'created',
    'REFERENCE_BROKEN',
    'REFERENCE_BROKEN',
    expect.stringMatching(/created|UNIQUE_VIOLATION/),
    expect.stringMatching(/created|UNIQUE_VIOLATION/),
    'ALREADY_EXISTS',
  ]);
  expect(new Set(responses.slice(5, 7).map(({ status }) => status))).toEqual(new Set([201, 409]));
  const found = async (filter: object) =>
    (await haven.rest('GET', `${RECORDS}?sort=code&filter=${encodeURIComponent(JSON.stringify(filter))}`)).body.items;
  expect(await found({ year: { _gte: 1 } })).toMatchObject(['c1', 'c2', 'c5'].map((code) => ({ data: { code } })));
  expect((await haven.rest('GET', `${RECORDS}/by/code/c2`)).body.data.sequel).toBe(first.id);
});

it('makes changes of one record one after another, and those of others with them', async () => {
  const made = await Promise.all(SIXTEEN.slice(0, 4).map(async (n) => (await create({ n })).body.id as string));
  const patches = [...made, ...made, ...made].map((id, step) => ({
    method: 'PATCH',
    path: `${RECORDS}/${id}`,
    body: { data: { [`step${step}`]: true } },
    headers: { 'content-type': 'application/merge-patch+json' },
  }));
  const responses = await pipelined(haven.url, patches);
  expect(responses.map(({ status }) => status)).toEqual(patches.map(() => 200));
  const events = await eventsOf(made);
  for (const id of made) {
    const own = events.filter(({ record_id }) => record_id === id).toSorted((one, two) => one.version - two.version);
    expect(own.map(({ version, type }) => [version, type])).toEqual([
      [1, 'record.created'],
      ...[2, 3, 4].map((version) => [version, 'record.updated']),
    ]);
    expect(own.map(({ data }) => Object.keys(data).length)).toEqual([1, 2, 3, 4]);
    expect((await haven.rest('GET', `${RECORDS}/${id}`)).body.data).toEqual(own.at(-1)?.data);
  }
});

it('changes the other records while the row of one is locked', async () => {
  const ids = await Promise.all(SIXTEEN.slice(0, 6).map(async (n) => (await create({ n })).body.id as string));
  const holder = new pg.Client('url' in haven.address ? haven.address.url : haven.address);
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM haven.records WHERE id = $1 FOR UPDATE', [ids[0]]);
  const put = (id: string) => haven.rest('PUT', `${RECORDS}/${id}`, { data: { n: 'new' } });
  const [held, ...others] = ids.map(put);
  expect((await Promise.all(others)).map(({ status }) => status)).toEqual(others.map(() => 200));
  await holder.query('COMMIT');
  await holder.end();
  expect((await held)?.body).toMatchObject({ version: 2, data: { n: 'new' } });
});
