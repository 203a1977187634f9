import { randomUUID } from 'node:crypto';

import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { Access } from '@haven/kernel';
import type { JsonObject, Slice } from '@haven/kernel';
import { parseFilter, parseSort } from '@haven/query';
import { RelatedRecordsService } from '@haven/records';
import type { RecordView, RelatedPageOptions } from '@haven/records';

import { RelatedRecords } from '../../../../libs/records/src/domain/related-records.js';
import { startHaven } from '../support/haven.js';
import { costOf } from './statement-cost.js';

/**
 * Number of movies. Each of the first ten people directed one in twenty of them and acts in one in ten; the others
 * directed up to ten.
 */
const MOVIES = 100_000;
const PARENTS = 20;
const PAGE = 20;
/** Records that are read at the head of the list, or among the matches of a filter, if a person is popular. */
const HEAD = 2_001;
const MATCHES = 1_001;

const haven = startHaven(['database.statementTimeout=60s']);
const tenant = randomUUID();
const DIRECTOR = { collection: 'movies', path: ['director'], isList: false };
const CAST = { collection: 'movies', path: ['cast'], isList: true };

const person = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const popular = Array.from({ length: 10 }, (_, n) => person(n));
const small = Array.from({ length: PARENTS }, (_, n) => person(100 + n));
const mixed = [...popular, ...small.slice(0, PARENTS - popular.length)];

const RECORDS = `
INSERT INTO haven.records (tenant_id, collection_id, id, version, data, created_at, updated_at)
SELECT $1::uuid, $2::integer, uuidv7(at - now()), 1, jsonb_build_object(
    'n', g, 'title', md5(g::text), 'year', 1950 + h % 70,
    'rare', CASE WHEN g % 20000 < 20 THEN 'yes' ELSE 'no' END,
    'director', person(CASE WHEN g % 2 = 0 THEN (g / 2) % 10 ELSE 100 + h % 9900 END),
    'cast', jsonb_build_array(person(h % 10), person(100 + h % 9900)),
    'text', repeat(md5(h::text), 10)), at, at
FROM (
  SELECT g, g * 7919::bigint % 1000003 AS h, date_trunc('second', now()) - ($3::integer - g) * interval '1 second' AS at
  FROM generate_series(1, $3::integer) AS g
) AS numbers`.replaceAll(/person\((.*?)\)(?=,|\))/g, "'00000000-0000-4000-8000-' || lpad(($1)::text, 12, '0')");
const ENTRIES = `
INSERT INTO haven.index_entries (tenant_id, collection_id, index_id, key, record_id)
SELECT r.tenant_id, r.collection_id, k.index_id, k.key, r.id
FROM haven.records AS r
JOIN haven.collections AS c ON c.tenant_id = r.tenant_id AND c.id = r.collection_id AND c.declared_indexes <> '[]'
CROSS JOIN LATERAL
  haven.index_keys(c.declared_indexes, r.id, r.version, r.data, r.created_at, r.updated_at) AS k`;

beforeAll(async () => {
  haven.tenant = tenant;
  const reference = { 'x-haven-ref': { collection: 'people' } };
  const properties = { director: reference, cast: { items: reference } };
  const indexes = ['n', { paths: ['director', '-year'] }];
  expect((await haven.rest('POST', '/collections', { name: 'people' })).status).toBe(201);
  const { status } = await haven.rest('POST', '/collections', { name: 'movies', schema: { properties }, indexes });
  expect(status).toBe(201);
  await vi.waitFor(async () => {
    const { body } = await haven.rest('GET', '/collections/movies');
    for (const { state } of [...body.indexes, ...body.references]) expect(state).toBe('ready');
  });
  const [{ id }] = await haven.sql("SELECT id FROM haven.collections WHERE tenant_id = $1 AND name = 'movies'", [
    tenant,
  ]);
  await haven.sql("SET haven.index_entries = 'written'"); // no trigger writes them
  await haven.sql(RECORDS, [tenant, id, MOVIES]);
  await haven.sql(ENTRIES);
  await haven.sql('VACUUM ANALYZE haven.records, haven.index_entries, haven.events');
});
beforeEach(() => {
  haven.tenant = tenant;
});

type Member = typeof DIRECTOR;

async function pages(member: Member, ids: string[], options: RelatedPageOptions = {}): Promise<Slice<RecordView>[]> {
  const caller = { tenantId: tenant, actor: 'tester', traceId: '', access: Access.full };
  const service = haven.app.get(RelatedRecordsService, { strict: false });
  const found = await service.pages(caller, member, ids, { limit: PAGE }, options);
  return found.flatMap((slice) => (slice instanceof Error ? [] : slice));
}

/** Returns the cost of reading the pages, the number of records on them, and that in the whole lists. */
async function costs(member: Member, ids: string[], options: RelatedPageOptions = {}) {
  const cost = await costOf(haven, () => pages(member, ids, options));
  const found = await pages(member, ids, options);
  const items = found.reduce((sum, { items: page }) => sum + page.length, 0);
  const counts = await Promise.all(found.map((slice) => slice.count()));
  const children = counts.reduce((sum, one) => sum + one, 0);
  return { ...cost, items, children };
}

const LIMITS = { filterDepth: 10, filterOperators: 100, inLength: 500, patternLength: 256, sortFields: 5 };
const RARE = { rare: 'yes' };

describe.each([
  ['a reference', DIRECTOR],
  ['a list of references', CAST],
])('pages by %s', (_, member) => {
  it.each<[RelatedPageOptions]>([
    [{}],
    [{ sort: 'title' }],
    [{ sort: '$id' }],
    [{ sort: '-year' }],
    [{ filter: RARE }],
    [{ filter: { year: { _gte: 1990 } }, sort: 'n' }],
  ])('read only the records that refer to records with few (%j)', async (options) => {
    const all = (await costs(member, small)).children;
    const { scanned, read, sorted, buffers } = await costs(member, small, options);
    expect(scanned).toEqual([]);
    expect(read).toBeLessThanOrEqual(all + HEAD);
    expect(sorted).toBeLessThanOrEqual(4 * (all + HEAD));
    expect(buffers).toBeLessThan(8 * all + 2 * HEAD + 1_000);
  });

  it.each<[RelatedPageOptions]>([
    [{}],
    [{ sort: '$createdAt' }],
    [{ sort: '-n' }],
    [{ filter: { year: { _gte: 1960 } } }],
  ])('read the head of the list for records with many (%j)', async (options) => {
    for (const ids of [popular, mixed]) {
      const { scanned, read } = await costs(member, ids, options);
      expect(scanned).toEqual([]);
      expect(read).toBeLessThanOrEqual(HEAD + 500);
    }
  });

  it('read the matches of a rare filter that an index finds, even for records with many', async () => {
    const filters: JsonObject[] = [RARE, { n: { _in: [1, 5, 700, 90_000] } }, { ...RARE, title: { _like: '%a%' } }];
    for (const filter of filters) {
      const { scanned, read } = await costs(member, mixed, { filter });
      expect(scanned).toEqual([]);
      expect(read).toBeLessThanOrEqual(HEAD + MATCHES + 500);
    }
  });

  it('read each referring record once at most for any other filter and sort', async () => {
    const all = (await costs(member, mixed)).children;
    for (const options of [
      { filter: { title: { _like: '%abcde%' } } },
      { sort: 'title' },
      { filter: { title: { _like: '%abc%' } }, sort: 'title' },
    ]) {
      const { scanned, read } = await costs(member, mixed, options);
      expect(scanned).toEqual([]);
      expect(read).toBeLessThanOrEqual(all + HEAD);
    }
  });
});

it.each([
  ['a reference', DIRECTOR],
  ['a list of references', CAST],
])('read only the records that refer to the given ones while the index of %s is being built', async (_, member) => {
  const related = haven.app.get(RelatedRecords, { strict: false });
  const [{ id }] = await haven.sql("SELECT id FROM haven.collections WHERE tenant_id = $1 AND name = 'movies'", [
    tenant,
  ]);
  const caller = { tenantId: tenant, actor: 'tester', traceId: '', access: Access.full };
  const found = { filter: parseFilter({}, LIMITS), sort: parseSort('-$createdAt', LIMITS) };
  const query = { ...found, member, indexes: [], limit: PAGE, maxBytes: 1e9 };
  const { scanned, read } = await costOf(haven, () => related.find(caller, id, small, query));
  expect(scanned).toEqual([]);
  const children = await related.count(caller, id, small, query);
  expect(read).toBeLessThanOrEqual(2 * children.reduce((sum, one) => sum + one, 0)); // by an inexact index
});

it('read only their page in the order of an index that begins with the reference', async () => {
  const { scanned, read, items } = await costs(DIRECTOR, mixed, { sort: '-year' });
  expect(scanned).toEqual([]);
  expect(read).toBeLessThan(items + mixed.length * (MOVIES / 20 / 70 + 10)); // the whole last year of each page
});
