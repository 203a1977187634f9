import { randomUUID } from 'node:crypto';

import pg from 'pg';

import type { Haven } from '../support/haven.js';

/** Number of records in the collection `orders`. Record `number` n was created one second after record n - 1. */
export const MILLION = 1_000_000;
/** Number of versions of the order with the longest history. */
export const VERSIONS = 20_500;

const INDEXES = ['total', 'title', 'coupon', 'address.city', '$updatedAt', { paths: ['status', '-total'] }];

/**
 * Fills `orders` and another collection of the same tenant, and another tenant's `orders`, as if they had been written
 * through Haven.
 */
export async function fillMillion(haven: Haven): Promise<void> {
  const collections: { id: number; tenant: string; records: number }[] = [];
  for (const [tenant, name, records] of [
    [haven.tenant, 'orders', MILLION],
    [haven.tenant, 'returns', 20_000],
    [randomUUID(), 'orders', 20_000],
  ] as const) {
    const indexes = records === MILLION ? INDEXES : [];
    const made = await haven.rest('POST', '/collections', { name, indexes }, { 'x-test-tenant': tenant });
    if (made.status !== 201) throw new Error(`${name}: ${made.status}`);
    const [row] = await haven.sql('SELECT id FROM haven.collections WHERE tenant_id = $1 AND name = $2', [
      tenant,
      name,
    ]);
    collections.push({ id: row.id, tenant, records });
  }
  await useSettings(haven);
  // Otherwise autovacuum could replace the statistics with those of a random sample at any time.
  for (const table of ['records', 'events', 'feed', 'index_entries'])
    await haven.sql(`ALTER TABLE haven.${table} SET (autovacuum_enabled = false)`);
  await haven.sql('ALTER TABLE haven.records DROP CONSTRAINT records_pkey');
  await haven.sql('ALTER TABLE haven.events DROP CONSTRAINT events_pkey');
  await haven.sql('ALTER TABLE haven.index_entries DROP CONSTRAINT index_entries_pkey');
  const dropped = ['records_newest', 'records_touched', 'records_scoped', 'events_position'];
  const [newest, touched, scoped, position] = await definitions(haven, dropped);
  await haven.sql(`DROP INDEX ${dropped.map((name) => `haven.${name}`).join()}`);
  for (const { tenant, id, records } of collections) await haven.sql(RECORDS, [tenant, id, records]);
  await haven.sql('ALTER TABLE haven.records ADD PRIMARY KEY (tenant_id, collection_id, id)');
  await Promise.all([
    inParallel(haven, [newest ?? '', touched ?? '', scoped ?? '', ENTRIES, ENTRIES_KEY]),
    inParallel(haven, [
      EVENTS,
      'ALTER TABLE haven.events ADD PRIMARY KEY (tenant_id, collection_id, record_id, version)',
      position ?? '',
    ]),
  ]);
  await haven.sql(COLLECTIONS, [haven.tenant]);
  await ready(haven);
  await analyzeEveryRecord(haven);
  await haven.sql('ANALYZE haven.events, haven.collections, haven.feed');
  await haven.sql('VACUUM ANALYZE haven.index_entries'); // so that an index scan need not visit the table
}

/**
 * Creates planner statistics from every record. By default ANALYZE reads a random sample of 300 rows per unit of the
 * statistics target, so plans could differ between runs.
 */
export async function analyzeEveryRecord(haven: Haven): Promise<void> {
  await haven.sql('ALTER TABLE haven.records ALTER data SET STATISTICS 3500');
  await haven.sql('ALTER INDEX haven.records_scoped ALTER COLUMN 1 SET STATISTICS 3500');
  await haven.sql('ANALYZE haven.records');
  await haven.sql('ALTER TABLE haven.records ALTER data SET STATISTICS -1');
  await haven.sql('ALTER INDEX haven.records_scoped ALTER COLUMN 1 SET STATISTICS -1');
}

/** Makes writes fast instead of durable, for new connections and for the current one. */
async function useSettings(haven: Haven): Promise<void> {
  const [{ name }] = (await haven.sql('SELECT current_database() AS name')) as [{ name: string }];
  const settings = ['synchronous_commit = off', "maintenance_work_mem = '256MB'", "haven.index_entries = 'written'"];
  for (const setting of settings) {
    await haven.sql(`ALTER DATABASE ${name} SET ${setting}`);
    await haven.sql(`SET ${setting}`);
  }
}

async function definitions(haven: Haven, names: string[]): Promise<string[]> {
  const rows = await haven.sql<{ sql: string }>(
    "SELECT pg_get_indexdef(('haven.' || name)::regclass) AS sql FROM unnest($1::text[]) WITH ORDINALITY AS n (name, place) ORDER BY place",
    [names],
  );
  return rows.map(({ sql }) => sql);
}

async function inParallel({ address }: Haven, statements: string[]): Promise<void> {
  const client = new pg.Client('url' in address ? { connectionString: address.url } : address);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Waits until the indexes are ready, which takes no time because they were declared before there were records. */
async function ready(haven: Haven): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const { indexes } = (await haven.rest('GET', '/collections/orders')).body;
    if (indexes.every(({ state }: { state: string }) => state === 'ready')) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('The indexes did not become ready.');
}

/** Creates the entries of all records in the declared indexes. */
const ENTRIES = `
INSERT INTO haven.index_entries (tenant_id, collection_id, index_id, key, record_id)
SELECT r.tenant_id, r.collection_id, k.index_id, k.key, r.id
FROM haven.records AS r
JOIN haven.collections AS c ON c.tenant_id = r.tenant_id AND c.id = r.collection_id AND c.declared_indexes <> '[]'
CROSS JOIN LATERAL
  haven.index_keys(c.declared_indexes, r.id, r.version, r.data, r.created_at, r.updated_at) AS k`;
const ENTRIES_KEY = `
ALTER TABLE haven.index_entries ADD PRIMARY KEY (tenant_id, collection_id, index_id, key, record_id)`;

/**
 * Creates records. $1 is the tenant, $2 the collection, $3 the number of records. In the documents, some members are
 * missing, null or nested, and values are unique, unevenly distributed or rare. `h` has the same values as `g` in
 * another order. One record in ten was updated an hour after it was created.
 */
const RECORDS = `
INSERT INTO haven.records (tenant_id, collection_id, id, version, data, created_at, updated_at)
SELECT $1::uuid, $2::integer, uuidv7(at - now()), CASE WHEN g = 1 THEN ${VERSIONS} WHEN g % 10 = 0 THEN 2 ELSE 1 END,
  jsonb_build_object(
    'number', g,
    'status', CASE WHEN g % 100000 = 7 THEN 'disputed' WHEN g % 1000 = 3 THEN 'lost' WHEN g % 20 = 1 THEN 'open' ELSE 'done' END,
    'total', h / 100.0,
    'title', md5(g::text),
    'tags', CASE g % 3 WHEN 0 THEN jsonb_build_array('new') WHEN 1 THEN jsonb_build_array('old', 't' || g % 1000) ELSE '[]' END)
  || CASE g % 10 WHEN 0 THEN '{}' ELSE jsonb_build_object('address', jsonb_build_object('city', 'city ' || h % 300, 'zip', h % 99999)) END
  || CASE g % 5 WHEN 0 THEN '{"coupon": null}' WHEN 1 THEN jsonb_build_object('coupon', 'K' || h % 5000) ELSE '{}' END,
  at, CASE g % 10 WHEN 0 THEN at + interval '1 hour' ELSE at END
FROM (
  SELECT g, g * 7919::bigint % 1000003 AS h, date_trunc('second', now()) - ($3::integer - g) * interval '1 second' AS at
  FROM generate_series(1, $3::integer) AS g
) AS numbers`;

/** Creates five hundred collections of the tenant $1, and ten thousand collections of other tenants. */
const COLLECTIONS = `
INSERT INTO haven.collections (tenant_id, name, revision, enforce, require_precondition, indexes, created_at, updated_at)
SELECT CASE WHEN g > 500 THEN gen_random_uuid() ELSE $1::uuid END, 'other-' || g, 1, 'all', false, '[]', now(), now()
FROM generate_series(1, 10500) AS g`;

/**
 * Creates an event for each version of each record. In all versions but the newest, the document has the additional
 * member `draft`. The feed contains the events in the order of their times, without hashes.
 */
const EVENTS = `
INSERT INTO haven.events (tenant_id, collection_id, record_id, version, type, data, actor, trace_id, created_at, at)
SELECT tenant_id, collection_id, id, v, CASE v WHEN 1 THEN 'record.created' ELSE 'record.updated' END,
  CASE WHEN v = version THEN data ELSE data || jsonb_build_object('draft', v) END,
  'tester', '0af7651916cd43dd8448eb211c80319c', created_at, CASE v WHEN 1 THEN created_at ELSE updated_at END
FROM haven.records, generate_series(1, version) AS v;
INSERT INTO haven.feed (tenant_id, seq, collection_id, record_id, version, hash)
SELECT tenant_id, row_number() OVER (PARTITION BY tenant_id ORDER BY at, position), collection_id, record_id, version, ''
FROM haven.events;
INSERT INTO haven.feed_heads SELECT tenant_id, count(*) FROM haven.feed GROUP BY tenant_id;
UPDATE haven.sequencer SET watermark = (SELECT max(position) FROM haven.events)`;
