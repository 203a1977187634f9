import { randomUUID } from 'node:crypto';

import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { DedicatedConnection } from '@haven/database';
import { MaintenanceScheduler } from '@haven/events';

import { dropBatch } from '../../../../libs/records/src/infrastructure/index-drop.js';
import { fillBatch } from '../../../../libs/records/src/infrastructure/index-fill.js';
import { IndexMaintenance } from '../../../../libs/records/src/infrastructure/index-maintenance.js';
import { secondHaven, startHaven, testConfig } from '../support/haven.js';

const haven = startHaven();
const NDJSON = { 'content-type': 'application/x-ndjson' };
const KEYS_PER_RECORD = 1_000;

let connection: DedicatedConnection;
let client: pg.Client;

beforeAll(async () => {
  connection = new DedicatedConnection(haven.address, testConfig(), 'haven-upkeep');
  await scheduler().runAll(); // resolves once this process is the leader
});
afterAll(() => connection.close());

/** Stops the background job; each test then runs the batches that it needs, or starts the job again. */
beforeEach(async () => {
  await scheduler().stop();
  ({ client } = await connection.open());
});
afterEach(async () => {
  await haven.sql('ROLLBACK');
  scheduler().start();
});

const scheduler = () => haven.app.get(MaintenanceScheduler, { strict: false });
const maintenance = () => haven.app.get(IndexMaintenance, { strict: false });
const own = (text: string, ...values: unknown[]) => haven.sql(text, [haven.tenant, ...values]);
const index = async (tenant = haven.tenant) =>
  (await haven.rest('GET', '/collections/films', undefined, await haven.as(tenant))).body.indexes[0];
const declare = (indexes: unknown[]) => haven.rest('PATCH', '/collections/films', { indexes });

async function createFilms(count: number, data: (n: number) => unknown = (n) => ({ n, tags: ['a', n % 7] })) {
  await haven.rest('POST', '/collections', { name: 'films' });
  const lines = Array.from({ length: count }, (_, n) => JSON.stringify(data(n)));
  const imported = await haven.rest('POST', '/collections/films/import', `${lines.join('\n')}\n`, NDJSON);
  expect(imported.body).toMatchObject({ created: count });
}

/** Returns the work that is left for the tenant. */
const works = () =>
  own(
    'SELECT tenant_id AS tenant, collection_id AS collection, index_id AS index, task FROM haven.index_builds WHERE tenant_id = $1 ORDER BY index_id',
  );
const fill = async (on: pg.Client = client) => {
  const [work] = await works();
  return fillBatch(on, work, KEYS_PER_RECORD, () => undefined);
};

/** Runs the job until nothing is left to do for any tenant. */
async function complete(): Promise<void> {
  const { signal } = new AbortController();
  while ((await maintenance()['run'](client, signal)) === 'more');
}

const count = async (table = 'index_entries') =>
  (await own(`SELECT count(*)::integer AS count FROM haven.${table} WHERE tenant_id = $1`))[0].count;

/** Expects exactly the entries that the tenant's records should have in the indexes of its collections. */
async function expectExactEntries(): Promise<void> {
  const stored = `
SELECT collection_id, index_id, key, record_id FROM haven.index_entries WHERE tenant_id = $1 UNION ALL
SELECT collection_id, index_id, hash, record_id FROM haven.unique_entries WHERE tenant_id = $1`;
  const computed = `
SELECT r.collection_id, k.index_id, k.key, r.id FROM haven.records AS r
JOIN haven.collections AS c ON c.tenant_id = r.tenant_id AND c.id = r.collection_id
CROSS JOIN LATERAL haven.index_keys(c.declared_indexes, r.id, r.version, r.data, r.created_at, r.updated_at) AS k
WHERE r.tenant_id = $1 AND r.data IS NOT NULL`;
  expect(await own(`(${stored}) EXCEPT (${computed})`), 'stray entries').toEqual([]);
  expect(await own(`(${computed}) EXCEPT (${stored})`), 'missing entries').toEqual([]);
}

describe('a new index', () => {
  it('is filled in batches whose progress is visible, and becomes ready without a new revision', async () => {
    await createFilms(450);
    await declare(['n', 'tags']);
    expect(await index()).toMatchObject({ path: 'n', state: 'building', done: 0 });
    expect(await fill()).toBe('advanced');
    expect(await index()).toMatchObject({ state: 'building', done: 200, total: 450 });
    const { body } = await haven.graphql('{ collection(name: "films") { indexes { state done total } } }');
    expect(body.data.collection.indexes[1]).toEqual({ state: 'building', done: 200, total: 450 });
    await complete();
    const films = (await haven.rest('GET', '/collections/films')).body;
    expect(films).toMatchObject({ revision: 2, indexes: [{ state: 'ready' }, { state: 'ready' }] });
    expect(films.indexes[0]).not.toHaveProperty('done');
    expect(await works()).toEqual([]);
    await expectExactEntries();
  });

  it('is ready soon after it was declared', async () => {
    scheduler().start();
    await createFilms(20);
    await declare(['n']);
    await vi.waitFor(async () => expect(await index()).toMatchObject({ state: 'ready' }), 10_000);
    await expectExactEntries();
  });

  it('is continued by another process after a crash, at any point', async () => {
    await createFilms(450);
    await declare(['tags']);
    for (const point of [/FOR UPDATE OF b/, /INSERT INTO haven.index_entries/, /SET after/, /^COMMIT/]) {
      const before = [await count(), await works(), await index()];
      const crashing = new DedicatedConnection(haven.address, testConfig(), 'haven-upkeep');
      const session = await crashing.open();
      const query = session.client.query.bind(session.client) as (...given: unknown[]) => Promise<unknown>;
      vi.spyOn(session.client, 'query').mockImplementation(async (...given: unknown[]) => {
        if (point.test(String(given[0]))) {
          await crashing.close();
          throw new Error('The process has crashed.');
        }
        return query(...given);
      });
      await expect(fill(session.client)).rejects.toThrow();
      expect([await count(), await works(), await index()], String(point)).toEqual(before);
      await fill();
    }
    await complete();
    expect(await index()).toMatchObject({ state: 'ready' });
    await expectExactEntries();
  });

  it('does not wait for the indexes of other tenants', async () => {
    await createFilms(1_000);
    await declare(['n']);
    const large = haven.tenant;
    haven.tenant = randomUUID();
    await createFilms(100);
    await declare(['n']);
    const { signal } = new AbortController();
    while ((await index()).state !== 'ready') await maintenance()['run'](client, signal);
    expect(await index(large)).toMatchObject({ state: 'building', done: 400 });
    await complete();
    expect(await index(large)).toMatchObject({ state: 'ready' });
  });

  it('gets the entries of locked records later', async () => {
    await createFilms(300);
    const [{ id, collection_id: collection }] = await own(
      'SELECT id, collection_id FROM haven.records WHERE tenant_id = $1 ORDER BY id OFFSET 100 LIMIT 1',
    );
    await declare(['n']);
    await haven.sql('BEGIN');
    await own('SELECT FROM haven.records WHERE tenant_id = $1 AND id = $2 FOR UPDATE', id);
    const results = [await fill(), await fill(), await fill()];
    expect(results).toEqual(['advanced', 'advanced', 'blocked']);
    expect(await index()).toMatchObject({ state: 'building', done: 299, total: 300 });
    await own(`UPDATE haven.records SET data = '{"n": "changed"}' WHERE tenant_id = $1 AND id = $2`, id);
    await haven.sql('COMMIT');
    await complete();
    expect(await index()).toMatchObject({ state: 'ready' });
    await expectExactEntries();
    expect(
      await own('SELECT FROM haven.index_entries WHERE tenant_id = $1 AND collection_id = $2', collection),
    ).toHaveLength(300);
  });

  it('fails, and loses its entries, if a record has too many keys; it is built again when it is sent again', async () => {
    await createFilms(210, (n) => ({ tags: [n] }));
    const { id } = (await haven.rest('POST', '/collections/films/records', { data: { tags: 'x' } })).body;
    const many = JSON.stringify({ tags: Array.from({ length: KEYS_PER_RECORD + 1 }, (_, n) => n) });
    await own('UPDATE haven.records SET data = $3 WHERE tenant_id = $1 AND id = $2', id, many);
    await declare(['tags']);
    await complete();
    expect(await index()).toMatchObject({ state: 'failed', problem: expect.stringContaining(`Record ${id} has`) });
    expect((await index()).problem).toContain('limits.keysPerRecord');
    expect([await count(), await works()]).toEqual([0, []]);
    const { revision } = (await haven.rest('GET', '/collections/films')).body;
    expect(revision).toBe(3); // so that no writer maintains the index any more
    await own('UPDATE haven.records SET data = $3 WHERE tenant_id = $1 AND id = $2', id, '{"tags": "few"}');
    expect((await declare(['tags'])).body).toMatchObject({ revision: 4, indexes: [{ state: 'building' }] });
    await complete();
    expect(await index()).toMatchObject({ state: 'ready' });
    await expectExactEntries();
  });

  it('fails if it is unique, and records have the same value', async () => {
    await createFilms(3, (n) => ({ code: n }));
    await declare(['code', { path: 'code', unique: true }]);
    // A declaration over duplicates is refused, so they are made without writing their entries.
    await haven.sql('BEGIN');
    await haven.sql("SELECT set_config('haven.index_entries', 'written', true)");
    await own(`UPDATE haven.records SET data = '{"code": 1}' WHERE tenant_id = $1`);
    await haven.sql('COMMIT');
    await complete();
    const { indexes } = (await haven.rest('GET', '/collections/films')).body;
    expect(indexes).toMatchObject([
      { state: 'ready' },
      { state: 'failed', problem: expect.stringContaining('same value') },
    ]);
    expect([await count(), await count('unique_entries')]).toEqual([3, 0]);
  });
});

describe('an index that is no longer declared', () => {
  it('loses its entries in batches', async () => {
    await createFilms(2_500);
    await declare(['n']);
    await complete();
    await declare([]);
    const [work] = await works();
    expect(work.task).toBe('drop');
    const counts: number[] = [];
    do {
      await dropBatch(client, work);
      counts.push(await count());
    } while ((await works()).length > 0);
    expect(counts).toEqual([1_500, 500, 0]);
  });

  it('is not filled any further', async () => {
    await createFilms(450);
    await declare(['n']);
    const [work] = await works();
    await fill();
    await declare([]);
    expect(await fillBatch(client, work, KEYS_PER_RECORD, () => undefined)).toBe('advanced');
    expect(await count()).toBe(200);
    await complete();
    expect([await count(), await works()]).toEqual([0, []]);
  });

  it('loses its entries with its collection', async () => {
    await createFilms(10);
    await declare(['n', { path: 'n', unique: true }]);
    await complete();
    expect([await count(), await count('unique_entries')]).toEqual([20, 10]);
    await haven.rest('DELETE', '/collections/films?cascade=true');
    await complete();
    expect([await count(), await count('unique_entries'), await works()]).toEqual([0, 0, []]);
  });
});

it('is not used by a process that does not know yet that it is no longer declared, or gone', async () => {
  await createFilms(5);
  await declare(['n']);
  await complete();
  const other = await secondHaven(haven);
  try {
    const list = async (): Promise<number[]> => {
      const query = new URLSearchParams({ sort: 'n', filter: '{"n":{"_gte":3}}', count: 'exact' });
      const response = await fetch(`${other.url}/api/v1/collections/films/records?${query}`);
      const { items, total } = await response.json();
      expect(total).toBe(items.length);
      return items.map(({ data }: { data: { n: number } }) => data.n);
    };
    await vi.waitFor(async () => {
      expect(await list()).toEqual([3, 4]);
      const [{ used }] = await own('SELECT count(*) > 0 AS used FROM haven.index_entries WHERE tenant_id = $1');
      expect(used).toBe(true);
    });
    // The other process caches the settings for a second, in which the entries are no longer maintained.
    await declare([]);
    await haven.rest('POST', '/collections/films/records', { data: { n: 5 } });
    expect(await list()).toEqual([3, 4, 5]);
    await declare(['n']);
    expect(await list()).toEqual([3, 4, 5]);
    await complete();
    expect(await list()).toEqual([3, 4, 5]);
  } finally {
    await other.app.close();
  }
});

describe('a process of the previous release', () => {
  /** Runs statements in a session without the setting by which new processes say that they write entries. */
  const setIndexes = (indexes: unknown) =>
    own(
      'UPDATE haven.collections SET indexes = $2, revision = revision + 1 WHERE tenant_id = $1',
      JSON.stringify(indexes),
    );
  const paths = async () =>
    (await haven.rest('GET', '/collections/films')).body.indexes.map(({ path }: { path: string }) => path);

  it('declares and undeclares indexes that new processes build and drop', async () => {
    await createFilms(30);
    await declare(['n', '-n,tags', { path: 'n', unique: true }]);
    const path = 'a\\.b.\\$c.d\\\\e';
    await setIndexes([
      { path: 'n', state: 'ready' },
      { path, state: 'building' },
      { path: '$updatedAt', state: 'x' },
    ]);
    expect(await paths()).toEqual(['n', '-n,tags', 'n', path, '$updatedAt']);
    await complete();
    await expectExactEntries();
    await setIndexes([{ path: '$updatedAt', state: 'ready' }]);
    expect(await paths()).toEqual(['-n,tags', 'n', '$updatedAt']);
    await complete();
    await expectExactEntries();
    const [{ indexes }] = await own('SELECT indexes FROM haven.collections WHERE tenant_id = $1');
    await declare(['$updatedAt', 'tags']);
    expect(indexes).toEqual([{ path: '$updatedAt', state: 'ready' }]);
  });

  it('writes records whose entries are written too', async () => {
    await createFilms(5);
    await declare(['n', 'tags']);
    await complete();
    await own(`UPDATE haven.records SET data = '{"n": [1, "2"]}', version = 2 WHERE tenant_id = $1`);
    await expectExactEntries();
    await own('UPDATE haven.records SET data = NULL, version = 3 WHERE tenant_id = $1');
    expect(await count()).toBe(0);
  });
});
