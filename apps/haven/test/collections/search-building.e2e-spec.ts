import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { DedicatedConnection } from '@haven/database';
import { MaintenanceScheduler } from '@haven/events';

import { dropBatch } from '../../../../libs/records/src/infrastructure/index-drop.js';
import { fillBatch } from '../../../../libs/records/src/infrastructure/index-fill.js';
import { IndexMaintenance } from '../../../../libs/records/src/infrastructure/index-maintenance.js';
import { rebuild } from '../../src/rebuild.js';
import { verify } from '../../src/verify.js';
import { startHaven, testConfig } from '../support/haven.js';
import { at } from '../support/process.js';
import { statementsOf } from '../support/statements.js';

const haven = startHaven();
const NDJSON = { 'content-type': 'application/x-ndjson' };
const RECORDS = '/collections/films/records';
const SEARCH = { paths: ['title', 'body'], language: 'english' };

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
const films = async () => (await haven.rest('GET', '/collections/films')).body;
const declare = (search: unknown) => haven.rest('PATCH', '/collections/films', { search });
const config = () => testConfig([`database.url=${at(haven.address).DATABASE_URL}`]);
const verified = async () => (await verify(config(), { tenant: haven.tenant, audit: false, exported: [] })).text;

async function createFilms(count: number, search: unknown = null) {
  await haven.rest('POST', '/collections', { name: 'films', search });
  if (count === 0) return;
  const lines = Array.from({ length: count }, (_, n) => JSON.stringify({ title: `Film ${n}`, n }));
  const imported = await haven.rest('POST', '/collections/films/import', `${lines.join('\n')}\n`, NDJSON);
  expect(imported.body).toMatchObject({ created: count });
}

/** Returns the work that is left for the tenant. */
const works = () =>
  own(
    'SELECT tenant_id AS tenant, collection_id AS collection, index_id AS index, task FROM haven.index_builds WHERE tenant_id = $1 ORDER BY index_id',
  );
const fill = async () => fillBatch(client, (await works()).at(-1), 1_000, () => undefined);

/** Runs the job until nothing is left to do for any tenant. */
async function complete(): Promise<void> {
  const { signal } = new AbortController();
  while ((await maintenance()['run'](client, signal)) === 'more');
}

const count = async () =>
  (await own('SELECT count(*)::integer AS count FROM haven.search_documents WHERE tenant_id = $1'))[0].count;

/** Expects exactly the documents that the tenant's records should have. */
async function expectExactDocuments(): Promise<void> {
  const stored =
    'SELECT collection_id, index_id, record_id, document::text FROM haven.search_documents WHERE tenant_id = $1';
  const computed = `
SELECT r.collection_id, (c.search->>'id')::integer, r.id, d.document::text FROM haven.records AS r
JOIN haven.collections AS c ON c.tenant_id = r.tenant_id AND c.id = r.collection_id
CROSS JOIN LATERAL haven.search_document(c.search, r.data) AS d (document)
WHERE r.tenant_id = $1 AND r.data IS NOT NULL AND c.search IS NOT NULL AND d.document <> ''`;
  expect(await own(`(${stored}) EXCEPT (${computed})`), 'stray documents').toEqual([]);
  expect(await own(`(${computed}) EXCEPT (${stored})`), 'missing documents').toEqual([]);
}

/** Returns the numbers of the records that have a word. */
async function found(word: string): Promise<number[]> {
  await haven.sql('BEGIN');
  await haven.sql("SELECT set_config('haven.tenant', $1, true)", [haven.tenant]);
  const rows = await haven.sql(
    `SELECT (r.data->>'n')::integer AS n FROM haven.collections AS c
     JOIN haven.live_search AS s ON s.collection_id = c.id AND s.index_id = (c.search->>'id')::integer
     JOIN haven.live_records AS r ON r.id = s.record_id AND r.collection_id = c.id
     WHERE c.tenant_id = haven.current_tenant() AND haven.require_search(c.id, s.index_id)
       AND s.document @@ haven.search_query(s.index_id, c.search->>'language', $1) ORDER BY 1`,
    [JSON.stringify([{ text: word, as: 'word', excluded: false }])],
  );
  await haven.sql('ROLLBACK');
  return rows.map(({ n }) => n);
}

// First, because a rebuild covers the records of all tenants, and the tests below create thousands.
describe('haven verify and haven rebuild', () => {
  it.each<[string, string, RegExp]>([
    [
      'a missing document',
      'DELETE FROM haven.search_documents WHERE tenant_id = $1 AND record_id = $2',
      /search of "films": record \S+ has no document/,
    ],
    [
      'a wrong document',
      `UPDATE haven.search_documents SET document = 'x' WHERE tenant_id = $1 AND record_id = $2`,
      /has a document that does not match its text/,
    ],
    [
      'a document of no record',
      `INSERT INTO haven.search_documents SELECT tenant_id, collection_id, index_id, gen_random_uuid(), document FROM haven.search_documents WHERE tenant_id = $1 AND record_id = $2`,
      /has a document, but does not exist/,
    ],
    [
      'a document of no search',
      `INSERT INTO haven.search_documents SELECT tenant_id, collection_id, 999999, record_id, document FROM haven.search_documents WHERE tenant_id = $1 AND record_id = $2`,
      /has documents of the search 999999/,
    ],
  ])('detect and repair %s', async (_, sql, message) => {
    await createFilms(3, SEARCH);
    await complete();
    const [{ id }] = await own('SELECT id FROM haven.records WHERE tenant_id = $1 LIMIT 1');
    expect(await verified()).toMatch(/^Rows and events agree/);
    await own(sql, id);
    expect(await verified()).toMatch(message);
    const lines: string[] = [];
    for await (const line of rebuild(config())) lines.push(line);
    expect(lines.join('\n')).toMatch(/Index entries: [1-9]\d* added, 0 removed|Index entries: 0 added, [1-9]/);
    expect(await verified()).toMatch(/^Rows and events agree/);
    await expectExactDocuments();
  });
});

describe('the setting search', () => {
  it('has the same form in both APIs, and can be written back', async () => {
    await createFilms(0);
    expect((await films()).search).toBeNull();
    const declared = await declare({ paths: ['title', 'address.city', 'a\\.b', 'title'] });
    const search = { paths: ['title', 'address.city', 'a\\.b'], language: 'simple', state: 'building', done: 0 };
    expect(declared.body).toMatchObject({ revision: 2, search });
    const { body } = await haven.graphql(
      '{ collection(name: "films") { search { paths language state done total } } }',
    );
    expect(body.data.collection.search).toEqual({ ...search, total: null });
    expect((await declare(declared.body.search)).body.revision).toBe(2);
    await complete();
    expect((await films()).search).toEqual({ paths: search.paths, language: 'simple', state: 'ready' });
    expect((await haven.rest('PATCH', '/collections/films', { description: 'All' })).body.search.state).toBe('ready');
    const { body: cleared } = await haven.graphql(
      'mutation { updateCollection(name: "films", input: {search: null}) { search { state } } }',
    );
    expect(cleared.data.updateCollection.search).toBeNull();
    const replaced = await haven.rest('PUT', '/collections/films', { search: SEARCH });
    expect(replaced.body.search).toMatchObject(SEARCH);
    expect((await haven.rest('PUT', '/collections/films', {})).body.search).toBeNull();
  });

  it('is only checked by a dry run', async () => {
    await createFilms(1);
    const { body } = await haven.rest('PATCH', '/collections/films?dryRun=true', { search: SEARCH });
    expect(body.search).toMatchObject({ ...SEARCH, state: 'building' });
    expect([(await films()).search, await works()]).toEqual([null, []]);
  });

  it('counts as an index of the tenant', async () => {
    await createFilms(0, SEARCH);
    expect((await haven.rest('GET', '/usage')).body.indexes.used).toBe(1);
  });

  it.each<[string, unknown, string, string?]>([
    ['a string', 'title', '/search'],
    ['no paths', {}, '/search/paths'],
    ['an empty list', { paths: [] }, '/search/paths'],
    ['too many paths', { paths: Array.from({ length: 17 }, (_, n) => `p${n}`) }, '/search/paths', 'LIMIT_EXCEEDED'],
    ['a number as a path', { paths: ['a', 7] }, '/search/paths/1'],
    ['an empty path', { paths: [''] }, '/search/paths/0'],
    ['a malformed path', { paths: ['a..b'] }, '/search/paths/0'],
    ['a system field', { paths: ['$id'] }, '/search/paths/0'],
    ['an unknown language', { paths: ['a'], language: 'klingon' }, '/search/language'],
    ['a language of PostgreSQL 18', { paths: ['a'], language: 'estonian' }, '/search/language'],
    ['an unknown member', { paths: ['a'], weights: [1] }, '/search'],
  ])('refuses %s', async (_, search, pointer, code = 'VALIDATION_FAILED') => {
    await createFilms(0);
    const { status, body } = await declare(search);
    expect([status, body.code, body.errors?.[0].pointer]).toEqual([422, code, pointer]);
    expect((await films()).revision).toBe(1);
  });
});

describe('a new search', () => {
  it('is filled in batches whose progress is visible, and becomes ready without a new revision', async () => {
    await createFilms(120);
    await haven.rest('PATCH', '/collections/films', { search: SEARCH, indexes: ['n'] });
    expect([await fill(), await count()]).toEqual(['advanced', 50]);
    expect(await films()).toMatchObject({
      search: { state: 'building', done: 50, total: 120 },
      indexes: [{ state: 'building', done: 50 }],
    });
    await complete();
    expect(await films()).toMatchObject({ revision: 2, search: { state: 'ready' }, indexes: [{ state: 'ready' }] });
    expect(await works()).toEqual([]);
    await expectExactDocuments();
    expect([await found('films'), await found('7')]).toEqual([Array.from({ length: 120 }, (_, n) => n), [7]]);
  });

  it('is filled in batches of one large record after another', async () => {
    await createFilms(0);
    const large = JSON.stringify({ title: 'large '.repeat(50_000) });
    await haven.rest('POST', '/collections/films/import', `${large}\n${large}\n${large}\n`, NDJSON);
    await declare(SEARCH);
    expect([await fill(), await count(), await fill(), await count()]).toEqual(['advanced', 1, 'advanced', 2]);
    await complete();
    expect(await count()).toBe(3);
  });

  it('does not delay other indexes if its batches exceed the statement timeout', async () => {
    await createFilms(1);
    await haven.rest('POST', '/collections', { name: 'books' });
    await haven.rest('POST', '/collections/books/records', { data: { n: 1 } });
    await haven.sql(`
      CREATE FUNCTION public.cancel() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'canceling statement due to statement timeout' USING ERRCODE = '57014'; END $$;
      CREATE TRIGGER cancel BEFORE INSERT ON haven.search_documents FOR EACH ROW EXECUTE FUNCTION public.cancel()`);
    await declare(SEARCH);
    await haven.rest('PATCH', '/collections/books', { indexes: ['n'] });
    await complete();
    expect((await haven.rest('GET', '/collections/books')).body.indexes).toMatchObject([{ state: 'ready' }]);
    expect((await films()).search).toMatchObject({ state: 'building', done: 0 });
    await haven.sql('DROP FUNCTION public.cancel CASCADE');
    await complete();
    expect((await films()).search).toMatchObject({ state: 'ready' });
  });

  it('reads only the first strings of an array that has very many', async () => {
    await createFilms(0, SEARCH);
    await complete();
    const title = ['first', ...Array.from({ length: 100_000 }, () => 'a'), 'last'];
    expect((await haven.rest('POST', '/collections/films/records', { data: { title, n: 1 } })).status).toBe(201);
    expect([await found('first'), await found('last')]).toEqual([[1], []]);
  });

  it('fails the statements that read it too early', async () => {
    await createFilms(1);
    await declare(SEARCH);
    await fill();
    await expect(found('film')).rejects.toMatchObject({ code: 'HV002' });
  });

  it('contains records that are written while it is built', async () => {
    await createFilms(120);
    await declare(SEARCH);
    await fill();
    const ids = (await own('SELECT id FROM haven.records WHERE tenant_id = $1 ORDER BY id')).map(({ id }) => id);
    for (const id of [ids[0], ids[119]]) {
      await haven.rest('PATCH', `${RECORDS}/${id}`, { data: { title: 'Changed' } });
      await haven.rest('PATCH', `${RECORDS}/${id}`, { data: { body: 'also' } });
    }
    await haven.rest('PATCH', `${RECORDS}/${ids[1]}`, { data: { title: null } });
    await haven.rest('DELETE', `${RECORDS}/${ids[2]}`);
    await haven.rest('DELETE', `${RECORDS}/${ids[118]}`);
    await haven.rest('POST', RECORDS, { data: { title: 'New', n: 500 } });
    await complete();
    await expectExactDocuments();
    expect([await count(), await found('new'), await found('changes')]).toEqual([
      118,
      [500],
      [0, 119].map(() => expect.any(Number)),
    ]);
  });

  it('replaces one with other paths or another language, whose documents are dropped', async () => {
    await createFilms(60, SEARCH);
    await complete();
    for (const search of [{ ...SEARCH, paths: ['title'] }, { paths: ['title'], language: 'german' }, null]) {
      const before = (await films()).revision;
      expect((await declare(search)).body.revision).toBe(before + 1);
      await complete();
      await expectExactDocuments();
    }
    expect([await count(), await works()]).toEqual([0, []]);
  });

  it('is dropped with its collection', async () => {
    await createFilms(10, SEARCH);
    await complete();
    await haven.rest('DELETE', '/collections/films?cascade=true');
    const [work] = await works();
    expect(work.task).toBe('drop');
    await dropBatch(client, work);
    expect([await count(), await works()]).toEqual([0, []]);
  });
});

describe('the text of a record', () => {
  it('is written by every operation that writes the record', async () => {
    await createFilms(3, SEARCH);
    await complete();
    const { body: one } = await haven.rest('POST', RECORDS, { data: { title: 'The Dunes', n: 10 } });
    expect([await found('dune'), await found('film')]).toEqual([[10], [0, 1, 2]]);
    await haven.rest('PATCH', `${RECORDS}/${one.id}`, { data: { body: ['Sand', { more: 'Worms' }] } });
    expect([await found('sand'), await found('worm'), await found('dune')]).toEqual([[10], [10], [10]]);
    await haven.rest('PUT', `${RECORDS}/${one.id}`, { data: { title: 'Solaris', n: 10 } });
    expect([await found('solaris'), await found('sand')]).toEqual([[10], []]);
    await haven.rest('POST', `${RECORDS}/${one.id}/restore`, { version: 2 });
    expect([await found('solaris'), await found('sand')]).toEqual([[], [10]]);
    await haven.rest('DELETE', `${RECORDS}/${one.id}`);
    expect(await found('sand')).toEqual([]);
    await haven.rest('POST', `${RECORDS}/${one.id}/restore`, { version: 1 });
    expect(await found('dune')).toEqual([10]);
    const operations = [
      { op: 'create', collection: 'films', data: { title: 'Batched', n: 20 } },
      { op: 'patch', collection: 'films', id: one.id, data: { title: 'Batched, too' } },
      { op: 'patch', collection: 'films', id: one.id, data: { n: 21 } },
    ];
    expect((await haven.rest('POST', '/batch', { operations })).status).toBe(200);
    expect([await found('batch'), await found('dune')]).toEqual([[20, 21], []]);
    const lines = [{ id: one.id, data: { title: 'Imported', n: 30 } }, { data: { title: 'Imported', n: 31 } }];
    const upsert = '/collections/films/import?shape=record&atomic=true';
    const imported = await haven.rest('POST', upsert, lines.map((line) => JSON.stringify(line)).join('\n'), NDJSON);
    expect(imported.status, JSON.stringify(imported.body)).toBe(200);
    expect([await found('import'), await found('batch')]).toEqual([[30, 31], [20]]);
    await haven.rest('POST', `${RECORDS}/${one.id}/erase`);
    expect(await found('import')).toEqual([31]);
    await expectExactDocuments();
  });

  it('is not touched if no searched member changes', async () => {
    await createFilms(0, SEARCH);
    const { body } = await haven.rest('POST', RECORDS, { data: { title: 'Dune', n: 1 } });
    const rows = () => own('SELECT xmin, ctid, xmax FROM haven.search_documents WHERE tenant_id = $1');
    const before = await rows();
    await complete();
    const written = await statementsOf(() => haven.rest('PATCH', `${RECORDS}/${body.id}`, { data: { n: 2 } }));
    expect(written.filter(({ text }) => text.includes('search_document'))).toEqual([]);
    const line = JSON.stringify({ id: body.id, data: { title: 'Dune', n: 3 } });
    const upsert = '/collections/films/import?shape=record&atomic=true';
    expect((await haven.rest('POST', upsert, line, NDJSON)).body).toMatchObject({ updated: 1 });
    expect(await rows()).toEqual(before);
    await haven.rest('PATCH', `${RECORDS}/${body.id}`, { data: { title: 'dune!' } });
    expect(await rows()).toHaveLength(1);
    await expectExactDocuments();
  });

  it('does not change the statements of a collection without search', async () => {
    await createFilms(0);
    const statements = await statementsOf(async () => {
      const { body } = await haven.rest('POST', RECORDS, { data: { title: 'Dune' } });
      await haven.rest('PATCH', `${RECORDS}/${body.id}`, { data: { title: 'Dune 2' } });
      await haven.rest('DELETE', `${RECORDS}/${body.id}`);
    });
    expect(statements.filter(({ text }) => text.includes('search_document'))).toEqual([]);
  });

  it('is written by the trigger if a process of the previous release writes the record', async () => {
    await createFilms(2, SEARCH);
    await complete();
    await own(`UPDATE haven.records SET data = data || '{"title": "Older"}' WHERE tenant_id = $1 AND data->>'n' = '0'`);
    await own(`UPDATE haven.records SET data = NULL WHERE tenant_id = $1 AND data->>'n' = '1'`);
    expect([await found('older'), await found('film'), await count()]).toEqual([[0], [], 1]);
    await own('UPDATE haven.collections SET deleted_at = now() WHERE tenant_id = $1');
    expect(await works()).toMatchObject([{ task: 'drop' }]);
  });
});

describe('a search that another major version of PostgreSQL has built', () => {
  const outdate = () => own(`UPDATE haven.collections SET search = search || '{"builtWith": 0}' WHERE tenant_id = $1`);

  it('is not used, and built anew by the next leader', async () => {
    await createFilms(3, SEARCH);
    await complete();
    await outdate();
    await expect(found('film')).rejects.toMatchObject({ code: 'HV002' });
    await haven.sql('ROLLBACK');
    expect(await verified()).toMatch(/^Rows and events agree/);
    const next = new DedicatedConnection(haven.address, testConfig(), 'haven-upkeep');
    try {
      const { client: session } = await next.open();
      const { revision } = await films();
      await maintenance()['run'](session, AbortSignal.abort());
      expect(await films()).toMatchObject({ revision: revision + 1, search: { state: 'building' } });
    } finally {
      await next.close();
    }
    await complete();
    expect([(await films()).search.state, await found('film')]).toEqual(['ready', [0, 1, 2]]);
    await expectExactDocuments();
  });

  it('is also built anew if a process of the previous release has removed the work', async () => {
    await createFilms(3);
    await complete();
    await declare(SEARCH);
    await own("UPDATE haven.index_builds SET task = 'drop' WHERE tenant_id = $1");
    await complete();
    expect((await films()).search.state).toBe('building');
    maintenance()['checked'] = undefined;
    await complete();
    expect((await films()).search.state).toBe('ready');
    await expectExactDocuments();
  });
});

it('is ready soon after it was declared', async () => {
  scheduler().start();
  await createFilms(20);
  await declare(SEARCH);
  await vi.waitFor(async () => expect((await films()).search.state).toBe('ready'), 10_000);
  await expectExactDocuments();
});
