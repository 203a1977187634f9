import { randomUUID } from 'node:crypto';

import pg from 'pg';
import { beforeEach, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';

const haven = startHaven();
const RECORDS = '/collections/movies/records';

beforeEach(async () => {
  await haven.rest('POST', '/collections', { name: 'movies' });
});

const create = (data: object) => haven.rest('POST', RECORDS, { data });

/** Changes a collection as another process would, without a notification to this one. */
const otherProcess = {
  setSchema: (schema: object) =>
    haven.sql('UPDATE haven.collections SET schema = $2, revision = revision + 1 WHERE tenant_id = $1', [
      haven.tenant,
      JSON.stringify(schema),
    ]),
  replaceCollection: async () => {
    await haven.sql('UPDATE haven.records SET data = NULL WHERE tenant_id = $1', [haven.tenant]);
    await haven.sql('UPDATE haven.collections SET deleted_at = now() WHERE tenant_id = $1', [haven.tenant]);
    await haven.sql(
      `INSERT INTO haven.collections (tenant_id, name, revision, enforce, require_precondition, indexes, created_at, updated_at)
       VALUES ($1, 'movies', 1, 'all', false, '[]', now(), now())`,
      [haven.tenant],
    );
  },
};

it('uses a schema that another process has just set or removed, in tryOptimistic and writeLocked', async () => {
  expect((await create({ n: 'one' })).status).toBe(201);
  await otherProcess.setSchema({ properties: { n: { type: 'integer' } } });
  expect((await create({ n: 'two' })).body).toMatchObject({ code: 'SCHEMA_VIOLATION' });
  expect((await create({ n: 2 })).status).toBe(201);
  await otherProcess.setSchema({ properties: { n: { type: 'string' } } });
  expect((await create({ n: 'three' })).status).toBe(201);
});

it('reads and writes the new collection after another process has replaced it', async () => {
  const { body: old } = await create({ n: 1 });
  await otherProcess.replaceCollection();
  expect((await haven.rest('GET', `${RECORDS}/${old.id}`)).status).toBe(404);
  expect((await haven.rest('GET', RECORDS)).body.items).toEqual([]);
  const { body: made } = await create({ n: 2 });
  expect((await haven.rest('GET', RECORDS)).body.items).toMatchObject([{ id: made.id, data: { n: 2 } }]);
  expect((await haven.rest('PATCH', `${RECORDS}/${old.id}`, { data: { n: 3 } })).status).toBe(404);
});

it('loses no change when many optimistic writes of one record conflict', async () => {
  const { body: record } = await create({ seen: {} });
  const names = Array.from({ length: 40 }, (_, index) => `n${index}`);
  const responses = await Promise.all(
    names.map((name) => haven.rest('PATCH', `${RECORDS}/${record.id}`, { data: { seen: { [name]: true } } })),
  );
  expect(responses.map(({ status }) => status)).toEqual(names.map(() => 200));
  const { body } = await haven.rest('GET', `${RECORDS}/${record.id}`);
  expect(Object.keys(body.data.seen).toSorted()).toEqual(names.toSorted());
  expect(body.version).toBe(41);
});

it('waits for a locked row in writeLocked without delaying writes of other rows', async () => {
  const { body: record } = await create({ n: 1 });
  const { body: other } = await create({ n: 1 });
  const holder = new pg.Client('url' in haven.address ? haven.address.url : haven.address);
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM haven.records WHERE id = $1 FOR UPDATE', [record.id]);
  const held = haven.rest('PATCH', `${RECORDS}/${record.id}`, { data: { n: 2 } });
  await expect
    .poll(() =>
      haven.sql("SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"),
    )
    .not.toEqual([]);
  expect((await haven.rest('PATCH', `${RECORDS}/${other.id}`, { data: { n: 2 } })).status).toBe(200);
  await holder.query('COMMIT');
  await holder.end();
  expect((await held).body).toMatchObject({ version: 2, data: { n: 2 } });
});

it('takes one round trip to read, one to create, and one or two to patch', async () => {
  const { body: record } = await create({ n: 1 });
  // Indexes are built in the background on separate connections.
  const isBackground = ({ text }: { text: string }) => /pg_advisory_lock|pg_index|^SELECT id, deleted_at/.test(text);
  const texts = async (work: () => Promise<unknown>) =>
    (await statementsOf(work)).filter((sent) => !isBackground(sent)).map(({ text }) => text.trim());
  const path = `${RECORDS}/${record.id}`;
  expect(await texts(() => haven.rest('GET', path))).toEqual([
    expect.stringContaining('haven.tenant'),
    expect.stringContaining('FROM haven.live_records'),
  ]);
  const write = [
    expect.stringContaining('haven.tenant'),
    expect.stringContaining('pg_try_advisory_xact_lock_shared'),
    expect.stringContaining('INSERT INTO haven.events'),
  ];
  expect(await texts(() => create({ n: 2 }))).toEqual(write);
  expect(await texts(() => haven.rest('PATCH', path, { data: { n: 2 } }))).toEqual(write);
  expect(await texts(() => haven.rest('PATCH', path, { data: { n: { nested: 2 } } }))).toEqual([
    expect.stringContaining('haven.tenant'),
    expect.stringContaining('FROM haven.live_records'),
    ...write,
  ]);
});

it('keeps requests that share a connection apart', async () => {
  const { body: record } = await create({ n: 1 });
  const tenants = Array.from({ length: 30 }, () => randomUUID());
  const responses = await Promise.all(
    [haven.tenant, ...tenants].map((tenant) =>
      haven.rest('GET', `${RECORDS}/${record.id}`, undefined, { 'x-test-tenant': tenant }),
    ),
  );
  expect(responses.map(({ status }) => status)).toEqual([200, ...tenants.map(() => 404)]);
});
