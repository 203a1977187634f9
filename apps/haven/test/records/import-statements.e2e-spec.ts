import fc from 'fast-check';
import { expect, it } from 'vitest';

import { RecordStore } from '../../../../libs/records/src/domain/record-store.js';
import { startHaven } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';

const haven = startHaven();
const NDJSON = { 'content-type': 'application/x-ndjson' };
const seed = 20261130;

const load = (collection: string, lines: readonly unknown[], query = '') =>
  haven.rest(
    'POST',
    `/collections/${collection}/import${query}`,
    lines.map((line) => JSON.stringify(line)).join('\n'),
    NDJSON,
  );

/** Returns the names of the statements of an import that write records. */
async function writes(work: () => Promise<unknown>): Promise<string[]> {
  const names = (await statementsOf(work)).map(({ name = '' }) => name);
  return names.filter((name) => /^records\.(new|append)/.test(name));
}

/** Counts the entries and unique values of the tenant, and those that differ from what SQL computes. */
async function entries(): Promise<unknown> {
  const [counts] = await haven.sql(
    `WITH stored AS (
         SELECT index_id, key, record_id, FALSE AS is_unique FROM haven.index_entries WHERE tenant_id = $1
         UNION ALL SELECT index_id, hash, record_id, TRUE FROM haven.unique_entries WHERE tenant_id = $1),
       expected AS (
         SELECT k.index_id, k.key, r.id, k.is_unique FROM haven.records AS r
         JOIN haven.collections AS c ON c.id = collection_id
         CROSS JOIN LATERAL haven.index_keys(c.declared_indexes, r.id, version, data, r.created_at, r.updated_at) AS k
         WHERE r.tenant_id = $1)
     SELECT (SELECT count(*)::integer FROM stored WHERE is_unique) AS values,
       (SELECT count(*)::integer FROM (TABLE stored EXCEPT TABLE expected) AS more) AS surplus,
       (SELECT count(*)::integer FROM (TABLE expected EXCEPT TABLE stored) AS less) AS missing`,
    [haven.tenant],
  );
  return counts;
}

const scalar = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }).map((text) => text.replaceAll('\0', '')),
  fc.constantFrom('2026-11-30T12:00:00Z', '2026-11-30T12:00:00.123456789+02:00', '1998-12-31T23:59:60Z', 'ẞtraße', ''),
  fc.integer().map((number) => number / 1_000),
  fc.constantFrom(1e20, 123_456_789_012_345_680_000, 0.000001, -0.5),
  fc.integer(),
  fc.boolean(),
);

it('writes each batch of new records with one statement, whose keys are those that SQL computes', async () => {
  const indexes = [
    { path: 'a', unique: true },
    { path: 'at', type: 'dateTime', unique: true },
    { paths: ['b', 'n'], unique: true },
    { path: 'c', caseless: true, unique: true },
    'b',
  ];
  const created = await haven.rest('POST', '/collections', { name: 'films', indexes });
  expect(created.status, JSON.stringify(created.body)).toBe(201);
  const value = fc.option(scalar, { nil: null });
  const document = fc.record({ a: value, at: value, b: value, c: value }, { requiredKeys: [] });
  const lines = fc.sample(document, { numRuns: 150, seed }).map((data, n) => ({ ...data, n }));
  const statements = await writes(async () => {
    expect((await load('films', lines)).status).toBe(200);
  });
  expect(new Set(statements)).toEqual(new Set(['records.new.entries.values']));
  expect(await entries()).toMatchObject({ values: expect.any(Number), surplus: 0, missing: 0 });
  const special = [{ a: [1, 'x'] }, { a: { x: 1.5 } }, { a: 1e300 }, { a: 1.5e-9 }];
  expect(await writes(() => load('films', special))).toEqual(['records.append.many.givenUnique']);
  expect(await entries()).toMatchObject({ surplus: 0, missing: 0 });
}, 60_000);

it('replaces a record that was created after the import had looked for it', async () => {
  await haven.rest('POST', '/collections', { name: 'films', indexes: ['n', { path: 'key', unique: true }] });
  const [id, other] = ['01890a5d-ac96-774b-bcce-b302099a8057', '01890a5d-ac96-774b-bcce-b302099a8058'];
  const store = haven.app.get(RecordStore, { strict: false });
  const { lock } = store;
  store.lock = async (...args) => {
    store.lock = lock;
    const found = await lock.apply(store, args);
    const created = await haven.rest('PUT', `/collections/films/records/${id}`, { data: { n: 1, key: 'a' } });
    expect(created.status).toBe(201);
    return found;
  };
  const lines = [id, other].map((each, n) => ({ id: each, data: { n, key: `b${n}` } }));
  const statements = await writes(async () => {
    const { body } = await load('films', lines, '?shape=record');
    expect(body).toMatchObject({ created: 1, updated: 1, failed: 0 });
  });
  expect(statements.filter((name) => !name.includes('.one'))).toEqual([
    'records.new.entries.values',
    'records.append.many.unique',
  ]);
  expect(await entries()).toEqual({ values: 2, surplus: 0, missing: 0 });
}, 60_000);

it('exports what was imported', async () => {
  await haven.rest('POST', '/collections', { name: 'films' });
  const name = fc
    .string({ unit: 'grapheme', maxLength: 20 })
    .filter((text) => !text.includes('\0') && text !== '__proto__');
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof({ maxDepth: 3 }, scalar, fc.constant(null), fc.array(tie('json'), { maxLength: 3 }), tie('object')),
    object: fc.dictionary(name, tie('json'), { maxKeys: 4 }),
  }));
  const lines = fc
    .sample(json, { numRuns: 200, seed })
    .map((data, n) => ({ n, data: JSON.parse(JSON.stringify(data)) }));
  expect((await load('films', lines)).body).toMatchObject({ imported: lines.length, failed: 0 });
  const { body } = await haven.rest('GET', '/collections/films/export?shape=document');
  const exported = (body as string)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { n: number });
  expect(exported.toSorted((one, other) => one.n - other.n)).toEqual(lines);
}, 60_000);

it('writes a long atomic import in parts, and the last line of each record', async () => {
  await haven.rest('POST', '/collections', { name: 'films' });
  const id = '01890a5d-ac96-774b-bcce-b302099a8057';
  const first = { id, data: { n: 'first' } };
  const others = Array.from({ length: 5_000 }, (_, n) => ({ data: { n } }));
  const last = { id, data: { n: 'last' } };
  const statements = await writes(async () => {
    const report = await load('films', [first, ...others, last], '?atomic=true&shape=record');
    expect(report.body).toMatchObject({ imported: 5_001, created: 5_001, failed: 0 });
  });
  expect(statements).toEqual(['records.append.spool', 'records.append.spool']);
  expect((await haven.rest('GET', `/collections/films/records/${id}`)).body.data).toEqual({ n: 'last' });
}, 60_000);
