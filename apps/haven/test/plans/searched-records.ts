import type { Haven } from '../support/haven.js';
import { searchReady } from '../support/search.js';

/**
 * Number of records in the collection `texts`, each of 30 words, and one second younger than the one before. Rows are
 * in the order of ids, as if they had been written one after another.
 */
export const SEARCHED = 1_000_000;

/**
 * Fills `texts`, as if the records had been written through Haven. Word `w<n>` is n times as rare as `w1`, which 89% of
 * the records have: 7% have `w40`, and 1% `w300`. Ten records have the word `needle`. One record in five has each of
 * the kinds `k0` to `k4`, and one in 125 each year since 1900.
 */
export async function fillTexts(haven: Haven): Promise<void> {
  const search = { paths: ['title', 'body'], language: 'english' };
  const made = await haven.rest('POST', '/collections', { name: 'texts', search, indexes: ['year'] });
  if (made.status !== 201) throw new Error(`The collection was not created: ${made.status}`);
  await searchReady(haven, 'texts');
  for (const setting of ["haven.search = 'written'", 'synchronous_commit = off', "maintenance_work_mem = '256MB'"])
    await haven.sql(`SET ${setting}`);
  await haven.sql("SET haven.index_entries = 'written'");
  for (const table of ['records', 'search_documents', 'index_entries'])
    await haven.sql(`ALTER TABLE haven.${table} SET (autovacuum_enabled = false)`);
  const indexes = await haven.sql<{ name: string; sql: string }>(
    `SELECT name, pg_get_indexdef(('haven.' || name)::regclass) AS sql
     FROM unnest('{records_scoped,search_documents_lexemes}'::text[]) AS name`,
  );
  for (const { name } of indexes) await haven.sql(`DROP INDEX haven.${name}`);
  for (const statement of [WORDS, BASE, NUMBERS, RECORDS, DOCUMENTS, ENTRIES]) await haven.sql(statement);
  for (const { sql } of indexes) await haven.sql(sql);
  await haven.sql('VACUUM ANALYZE haven.records, haven.search_documents, haven.index_entries');
}

/** Returns words $2 to $3 of the text $1. */
const WORDS = `
CREATE FUNCTION pg_temp.words(bigint, integer, integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT string_agg('w' || floor(power(20000, (hashint8extended($1 * 100 + i, 7) & 2147483647) / 2147483648.0))::integer, ' ' ORDER BY i)
  FROM generate_series($2, $3) AS i
$$`;

/** Different documents, which the records repeat: most of the time goes into these. */
const BASE = `
CREATE TEMP TABLE base AS
SELECT g AS text, data, haven.search_document(search, data) AS document
FROM haven.collections, generate_series(0, 4999) AS g, LATERAL (
  SELECT jsonb_build_object('title', pg_temp.words(g, 1, 5), 'body', pg_temp.words(g, 6, 30)) AS data OFFSET 0
) AS d WHERE name = 'texts'`;

const NUMBERS = `
CREATE TEMP TABLE numbers AS
SELECT tenant_id, id AS collection_id, search, g, uuidv7(at - now()) AS record_id, at, g * 7919::bigint % 5000 AS text
FROM haven.collections, (
  SELECT g, date_trunc('second', now()) - (${SEARCHED} - g) * interval '1 second' AS at
  FROM generate_series(1, ${SEARCHED}) AS g
) AS times WHERE name = 'texts'`;

const RECORDS = `
INSERT INTO haven.records (tenant_id, collection_id, id, version, data, created_at, updated_at)
SELECT tenant_id, collection_id, record_id, 1,
  data || jsonb_build_object('n', g, 'year', 1900 + g % 125, 'kind', 'k' || g % 5), at, at
FROM numbers JOIN base USING (text) ORDER BY g`;

const DOCUMENTS = `
INSERT INTO haven.search_documents (tenant_id, collection_id, index_id, record_id, document)
SELECT tenant_id, collection_id, (search->>'id')::integer, record_id,
  CASE g % 100000 WHEN 7 THEN haven.search_document(search, '{"title": "a needle in it"}') ELSE document END
FROM numbers JOIN base USING (text) ORDER BY g`;

const ENTRIES = `
INSERT INTO haven.index_entries (tenant_id, collection_id, index_id, key, record_id)
SELECT r.tenant_id, r.collection_id, k.index_id, k.key, r.id
FROM haven.records AS r JOIN haven.collections AS c ON c.id = r.collection_id,
  haven.index_keys(c.declared_indexes, r.id, r.version, r.data, r.created_at, r.updated_at) AS k`;
