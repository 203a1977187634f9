import { randomUUID } from 'node:crypto';

import { beforeAll, describe, expect, it } from 'vitest';

import type { JsonObject } from '@haven/kernel';

import { startHaven } from '../support/haven.js';
import { searchReady } from '../support/search.js';
import { pagesRead } from './cold-statement.js';
import type { PagesRead } from './cold-statement.js';

const haven = startHaven(['limits.batchOperations=1000']);

const INDEXES = ['year', 'title', 'genre', 'rating', 'studio.name', { paths: ['genre', '-year'] }, '-votes', 'tags'];

/** Indexes of a large collection. */
const PLAIN = ['year', 'title', '-votes'];

const document = (number: number): JsonObject => ({
  year: 1900 + (number % 100),
  title: `Film ${number}`,
  genre: `genre ${number % 7}`,
  rating: (number * 37) % 1000,
  studio: { name: `Studio ${number % 50}` },
  votes: number,
  tags: ['a', 'b'],
});

/** Creates a collection with indexes, and records in it, as a tenant. */
async function fill(tenant: string, records: number, indexes: unknown[] = INDEXES): Promise<void> {
  const headers = { 'x-test-tenant': tenant };
  await haven.rest('POST', '/collections', { name: 'films', indexes }, headers);
  await expect
    .poll(async () => (await haven.rest('GET', '/collections/films', undefined, headers)).body.indexes, {
      timeout: 20_000,
    })
    .toSatisfy((indexes: { state: string }[]) => indexes.every(({ state }) => state === 'ready'));
  for (let first = 0; first < Math.min(records, 1000); first += 500) {
    const count = Math.min(500, records - first);
    const operations = Array.from({ length: count }, (_, place) => ({
      op: 'create',
      collection: 'films',
      data: document(first + place),
    }));
    const { status } = await haven.rest('POST', '/batch', { operations }, headers);
    if (status !== 200) throw new Error(`The batch failed: ${status}`);
  }
  if (records > 1000) await haven.sql(COPIES, [tenant, records]);
}

/** Copies the tenant's records until there are $2, with other titles and numbers of votes. */
const COPIES = `
WITH source AS (
  SELECT r.*, row_number() OVER () AS n, c.declared_indexes FROM haven.records AS r
  JOIN haven.collections AS c ON c.id = r.collection_id WHERE r.tenant_id = $1
), copies AS (
  INSERT INTO haven.records (tenant_id, collection_id, id, version, data, created_at, updated_at)
  SELECT tenant_id, collection_id, gen_random_uuid(), 1,
    data || jsonb_build_object('title', 'Film ' || g * 1000 + n, 'votes', g * 1000 + n), created_at, updated_at
  FROM source, generate_series(1, $2::integer / 1000 - 1) AS g
  RETURNING *
)
INSERT INTO haven.index_entries (tenant_id, collection_id, index_id, key, record_id)
SELECT s.tenant_id, s.collection_id, k.index_id, k.key, s.id
FROM copies AS s, (SELECT declared_indexes FROM source LIMIT 1) AS d,
  haven.index_keys(declared_indexes, s.id, 1, s.data, s.created_at, s.updated_at) AS k`;

/** Creates 1,250 collections of other tenants. One collection in ten has 20 records. */
const OTHERS = `
WITH made AS (
  INSERT INTO haven.collections
    (tenant_id, name, revision, enforce, require_precondition, indexes, created_at, updated_at)
  SELECT md5('tenant' || g / 10)::uuid, 'other-' || g, 1, 'all', false, '[]', now(), now()
  FROM generate_series(1, 1250) AS g
  RETURNING tenant_id, id
)
INSERT INTO haven.records (tenant_id, collection_id, id, version, data, created_at, updated_at)
SELECT tenant_id, id, gen_random_uuid(), 1, jsonb_build_object('a', n), now(), now()
FROM made, generate_series(1, 20) AS n WHERE id % 10 = 0`;

/** Declares 8 paths in each of them. */
const DECLARATIONS = `
WITH declared AS (
  UPDATE haven.collections AS c SET declared_indexes = (
    SELECT jsonb_agg(jsonb_build_object('id', nextval('haven.index_ids'), 'state', 'ready', 'unique', false,
      'members', jsonb_build_array(jsonb_build_object('path', jsonb_build_array('path' || c.id || '_' || i)))))
    FROM generate_series(1, 8) AS i
  )
  WHERE name LIKE 'other-%'
  RETURNING tenant_id, id, declared_indexes
)
INSERT INTO haven.index_entries (tenant_id, collection_id, index_id, key, record_id)
SELECT r.tenant_id, r.collection_id, k.index_id, k.key, r.id
FROM haven.records AS r JOIN declared ON declared.id = r.collection_id,
  haven.index_keys(declared_indexes, r.id, 1, r.data, r.created_at, r.updated_at) AS k`;

const films = '/collections/films';

const requests = {
  insert: () => haven.rest('POST', `${films}/records`, { data: document(50_000) }),
  list: () => haven.rest('POST', `${films}/query`, { filter: { year: { _gte: 1903 } }, sort: 'year', limit: 5 }),
  filter: () => haven.rest('POST', `${films}/query`, { filter: { title: 'Film 5' }, limit: 5 }),
  few: () => haven.rest('POST', `${films}/query`, { filter: { votes: { _lt: 3 } }, sort: '-votes', limit: 5 }),
  newest: () => haven.rest('POST', `${films}/query`, { limit: 5 }),
};

beforeAll(async () => {
  await haven.sql("SET haven.index_entries = 'written'; SET synchronous_commit = off");
});

describe('ten thousand paths that other tenants declare', () => {
  it('do not change what a request reads, neither for the plan nor from the tables', async () => {
    await fill(haven.tenant, 300);
    await fill(randomUUID(), 3000);
    await haven.sql(OTHERS);
    const [record] = await haven.sql('SELECT id FROM haven.records WHERE tenant_id = $1 LIMIT 1', [haven.tenant]);
    const get = () => haven.rest('GET', `${films}/records/${record.id}`);
    const measure = async () => {
      await haven.sql('VACUUM ANALYZE haven.records, haven.index_entries, haven.collections, haven.events');
      const pages: Record<string, PagesRead> = {};
      for (const [name, request] of Object.entries({ ...requests, get })) pages[name] = await pagesRead(haven, request);
      return pages;
    };
    const before = await measure();
    await haven.sql(DECLARATIONS);
    const after = await measure();
    for (const [name, { planning, execution }] of Object.entries(before)) {
      expect(execution, name).toBeGreaterThan(0);
      expect(after[name]?.planning, name).toBeLessThanOrEqual(planning * 1.05);
      expect(after[name]?.execution, name).toBeLessThanOrEqual(execution * 1.05);
    }
  });
});

describe('a tenant of 10 records beside one of 100,000', () => {
  it('reads as many pages by entries as that one, whatever the statistics contain', async () => {
    const tenants = [haven.tenant, randomUUID()] as const;
    await fill(tenants[0], 10, PLAIN);
    // It is faster to create the index of documents again than to fill it.
    const [scoped] = await haven.sql("SELECT pg_get_indexdef('haven.records_scoped'::regclass) AS sql");
    await haven.sql('DROP INDEX haven.records_scoped');
    await fill(tenants[1], 100_000, PLAIN);
    await haven.sql(scoped.sql);
    await haven.sql('VACUUM haven.records, haven.index_entries');
    const { list, filter, few } = requests;
    const reads = { list, filter, few };
    const samples: Record<string, number[][]> = {};
    for (let sample = 0; sample <= 5; sample++) {
      for (const tenant of tenants) {
        haven.tenant = tenant;
        for (const [name, request] of Object.entries(reads)) {
          await request(); // reads the collection's settings, which are then cached
          ((samples[name] ??= [])[sample] ??= []).push((await pagesRead(haven, request)).execution);
        }
      }
      await haven.sql('ANALYZE haven.records, haven.index_entries, haven.collections');
    }
    for (const [name, pages] of Object.entries(samples)) {
      const all = pages.flat();
      expect(Math.min(...all), name).toBeGreaterThan(3);
      // The entries can be in one page of the index or in two, and the row of the collection in a table of one page.
      expect(Math.max(...all) - Math.min(...all), `${name}: ${all.join()}`).toBeLessThanOrEqual(2);
    }
  });
});

/** Gives the tenant $1 100,000 search documents with the text $2. */
const DOCUMENTS = `
INSERT INTO haven.search_documents (tenant_id, collection_id, index_id, record_id, document)
SELECT tenant_id, id, (search->>'id')::integer, gen_random_uuid(), document
FROM (
  SELECT *, haven.search_document(search, jsonb_build_object('text', $2::text)) AS document FROM haven.collections
  WHERE tenant_id = $1 OFFSET 0
) AS c, generate_series(1, 100000)`;

describe('words that 100,000 documents of a neighbour have', () => {
  it('cost a search nothing', async () => {
    const [mine, neighbour] = [haven.tenant, randomUUID()];
    for (const tenant of [mine, neighbour]) {
      haven.tenant = tenant;
      await haven.rest('POST', '/collections', { name: 'texts', search: { paths: ['text'] } });
      const operations = Array.from({ length: 300 }, (_, n) => ({
        ...{ op: 'create', collection: 'texts' },
        data: { text: n === 7 ? 'a needle' : `a common word ${n}` },
      }));
      expect((await haven.rest('POST', '/batch', { operations })).status).toBe(200);
      await searchReady(haven, 'texts');
    }
    const searched = (body: object) => () => haven.rest('POST', '/collections/texts/query', { limit: 5, ...body });
    const searches = {
      rare: searched({ filter: { _search: 'needle' } }),
      common: searched({ filter: { _search: 'common' } }),
      sorted: searched({ filter: { _search: 'common -needle' }, sort: 'text' }),
      prefix: searched({ filter: { _search: 'need*' }, count: 'exact' }),
      ranked: searched({ filter: { _search: 'common' }, sort: '$score' }),
    };
    const measure = async (text: string) => {
      haven.tenant = neighbour;
      await haven.sql('DELETE FROM haven.search_documents WHERE tenant_id = $1', [neighbour]);
      await haven.sql(DOCUMENTS, [neighbour, text]);
      await haven.sql('VACUUM ANALYZE haven.search_documents');
      haven.tenant = mine;
      const pages: Record<string, PagesRead> = {};
      for (const [name, request] of Object.entries(searches)) {
        expect((await request()).body.items.length, name).toBeGreaterThan(0);
        pages[name] = await pagesRead(haven, request);
      }
      return pages;
    };
    const without = await measure('other texts with several different words');
    const having = await measure('a needle beside a common word');
    for (const [name, { planning, execution }] of Object.entries(without)) {
      expect(execution, name).toBeGreaterThan(5);
      // The path to a leaf of the index of lexemes may have another page.
      expect(Math.abs((having[name]?.execution ?? 0) - execution), name).toBeLessThanOrEqual(3);
      expect(having[name]?.planning, name).toBeLessThanOrEqual(planning * 1.05);
    }
  });
});
