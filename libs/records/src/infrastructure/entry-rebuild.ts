import type { ClientBase } from 'pg';

import { ADVISORY_LOCK_SEEDS, tenantStatement } from '@haven/database';

import { ADD_DOCUMENTS, REMOVE_DOCUMENTS } from './document-repair-sql.js';

/** Number of records, or of entries, that are checked in one transaction. */
const BATCH = 500;

/** The number of entries and documents that a rebuild has repaired so far. */
export interface RepairedEntries {
  readonly added: number;
  readonly removed: number;
}

/**
 * Adds the entries of declared indexes and the documents of searches that are missing, and removes those that match no
 * record, for all tenants. Yields the numbers after each batch.
 *
 * Clients may write in the meantime. A batch locks the collection exclusively, like a change of its settings: a writer
 * that only waited for a row would have taken its snapshot before. It would not see, and not remove, an entry that the
 * batch adds.
 */
export async function* rebuildEntries(client: ClientBase): AsyncGenerator<RepairedEntries> {
  const repaired = { added: 0, removed: 0 };
  const { rows } = await client.query<{ tenant: string }>(
    'SELECT tenant_id AS tenant FROM haven.tenant_ids ORDER BY 1',
  );
  for (const { tenant } of rows) {
    const rebuild = new TenantEntries(client, tenant);
    for (const collection of await rebuild.collections()) {
      for await (const added of rebuild.add(collection)) {
        repaired.added += added;
        yield { ...repaired };
      }
      for await (const added of rebuild.addDocuments(collection)) {
        repaired.added += added;
        yield { ...repaired };
      }
      for await (const removed of rebuild.removeDocuments(collection)) {
        repaired.removed += removed;
        yield { ...repaired };
      }
      for (const table of TABLES) {
        for await (const removed of rebuild.remove(collection, table)) {
          repaired.removed += removed;
          yield { ...repaired };
        }
      }
    }
  }
}

/** The tables of entries, with the column of the key. */
const TABLES = [
  { name: 'index_entries', key: 'key', isUnique: false },
  { name: 'unique_entries', key: 'hash', isUnique: true },
] as const;

type EntryTable = (typeof TABLES)[number];

/** The entries and documents of one tenant. */
class TenantEntries {
  constructor(
    private readonly client: ClientBase,
    private readonly tenant: string,
  ) {}

  /** Returns the ids of all collections, including deleted ones, and of those that have entries but no row. */
  collections(): Promise<number[]> {
    return this.transaction(async () => {
      const { rows } = await this.client.query<{ id: number }>(COLLECTIONS);
      return rows.map(({ id }) => id);
    });
  }

  /** Adds missing entries, record by record. Yields their number for each batch. */
  add(collection: number): AsyncGenerator<number> {
    return this.byRecord(collection, ADD);
  }

  /** Writes missing and wrong documents, record by record. Yields their number for each batch. */
  addDocuments(collection: number): AsyncGenerator<number> {
    return this.byRecord(collection, ADD_DOCUMENTS);
  }

  /** Removes documents that match no record. Yields their number for each batch. */
  removeDocuments(collection: number): AsyncGenerator<number> {
    return this.byRecord(collection, REMOVE_DOCUMENTS);
  }

  private async *byRecord(collection: number, text: string): AsyncGenerator<number> {
    for (let after: string | null = NO_ID; after !== null;) {
      const values: unknown[] = [collection, after];
      const row: { last: string | null; count: number } | undefined = await this.batch(collection, text, values);
      after = row?.last ?? null;
      if (row && after !== null) yield row.count;
    }
  }

  /** Removes entries that match no record, in the order of their keys. Yields their number for each batch. */
  async *remove(collection: number, table: EntryTable): AsyncGenerator<number> {
    for (let after: Position | null = FIRST; after !== null;) {
      const values: unknown[] = [collection, after.index, after.key, after.record];
      const row: { last: Position | null; count: number } | undefined = await this.batch(
        collection,
        removal(table),
        values,
      );
      after = row?.last ?? null;
      if (row && after !== null) yield row.count;
    }
  }

  private batch<Row extends object>(collection: number, text: string, values: unknown[]): Promise<Row | undefined> {
    return this.transaction(async () => {
      await this.client.query(LOCK, [collection]);
      const { rows } = await this.client.query<Row>(text, values);
      return rows[0];
    });
  }

  private async transaction<T>(work: () => Promise<T>): Promise<T> {
    const { text, values } = tenantStatement(this.tenant);
    try {
      await this.client.query('BEGIN');
      await this.client.query(text, [...values]);
      await this.client.query('SET LOCAL enable_seqscan = off');
      const result = await work();
      await this.client.query('COMMIT');
      return result;
    } catch (error) {
      await this.client.query('ROLLBACK');
      throw error;
    }
  }
}

/** A place in the entries of a collection. */
interface Position {
  readonly index: number;
  /** Bytes as hexadecimal text. */
  readonly key: string;
  readonly record: string;
}

const NO_ID = '00000000-0000-0000-0000-000000000000';
const FIRST: Position = { index: 0, key: '', record: NO_ID };

const OF_COLLECTION = 'tenant_id = haven.current_tenant() AND collection_id = $1';

const COLLECTIONS = `
SELECT id FROM haven.collections WHERE tenant_id = haven.current_tenant() AND (declared_indexes <> '[]' OR search IS NOT NULL)
UNION
SELECT collection_id FROM haven.index_entries WHERE tenant_id = haven.current_tenant()
UNION
SELECT collection_id FROM haven.unique_entries WHERE tenant_id = haven.current_tenant()
UNION
SELECT collection_id FROM haven.search_documents WHERE tenant_id = haven.current_tenant()
ORDER BY 1`;

/** The number of the lock is that of \`collectionLock\`. */
const LOCK = `
SELECT pg_advisory_xact_lock(hashtextextended(tenant_id::text || '/' || name, ${ADVISORY_LOCK_SEEDS.collection}))
FROM haven.collections WHERE tenant_id = haven.current_tenant() AND id = $1`;

/** The indexes that writers maintain, as far as they satisfy `condition`. */
function definitions(condition: string): string {
  return `
definitions AS MATERIALIZED (
  SELECT coalesce(jsonb_agg(d), '[]') AS list FROM haven.collections AS c, jsonb_array_elements(c.declared_indexes) AS d
  WHERE c.tenant_id = haven.current_tenant() AND c.id = $1 AND d->>'state' <> 'failed'
    AND ${condition}
)`;
}

/** A unique value that another record has is left out; \`haven verify\` reports it. */
const ADD = `
WITH ${definitions('TRUE')}, batch AS MATERIALIZED (
  SELECT * FROM haven.records WHERE ${OF_COLLECTION} AND id > $2 ORDER BY id LIMIT ${BATCH}
), keys AS MATERIALIZED (
  SELECT b.id, k.* FROM definitions AS d CROSS JOIN batch AS b
  CROSS JOIN LATERAL haven.index_keys(d.list, b.id, b.version, b.data, b.created_at, b.updated_at) AS k
), entries AS (
  INSERT INTO haven.index_entries (tenant_id, collection_id, index_id, key, record_id)
  SELECT haven.current_tenant(), $1, index_id, key, id FROM keys WHERE NOT is_unique ON CONFLICT DO NOTHING RETURNING 1
), held AS (
  INSERT INTO haven.unique_entries (tenant_id, collection_id, index_id, hash, record_id)
  SELECT DISTINCT ON (index_id, key) haven.current_tenant(), $1, index_id, key, id FROM keys AS k
  WHERE is_unique AND NOT EXISTS (
    SELECT FROM haven.unique_entries AS e WHERE e.${OF_COLLECTION.replace('AND ', 'AND e.')}
      AND e.index_id = k.index_id AND e.hash = k.key
  )
  ORDER BY index_id, key, id
  ON CONFLICT (tenant_id, collection_id, index_id, hash, record_id) DO NOTHING RETURNING 1
)
SELECT (SELECT max(id::text) FROM batch) AS last,
  ((SELECT count(*) FROM entries) + (SELECT count(*) FROM held))::float8 AS count`;

function removal({ name, key, isUnique }: EntryTable): string {
  return `
WITH batch AS MATERIALIZED (
  SELECT index_id, ${key} AS key, record_id FROM haven.${name}
  WHERE ${OF_COLLECTION} AND (index_id, ${key}, record_id) > ($2::integer, decode($3, 'hex'), $4::uuid)
  ORDER BY index_id, ${key}, record_id LIMIT ${BATCH}
), ${definitions("(d->>'id')::integer IN (SELECT index_id FROM batch)")}, keys AS MATERIALIZED (
  SELECT r.id, k.index_id, k.key FROM definitions AS d CROSS JOIN haven.records AS r
  CROSS JOIN LATERAL haven.index_keys(d.list, r.id, r.version, r.data, r.created_at, r.updated_at) AS k
  WHERE r.${OF_COLLECTION.replace('AND ', 'AND r.')} AND r.id IN (SELECT record_id FROM batch)
    AND k.is_unique = ${isUnique}
), strays AS MATERIALIZED (
  SELECT index_id, key, record_id FROM batch EXCEPT SELECT index_id, key, id FROM keys
), removed AS (
  DELETE FROM haven.${name} AS e USING strays AS s
  WHERE e.${OF_COLLECTION.replace('AND ', 'AND e.')} AND e.index_id = s.index_id
    AND e.${key} = s.key AND e.record_id = s.record_id
  RETURNING 1
)
SELECT (
  SELECT jsonb_build_object('index', index_id, 'key', encode(key, 'hex'), 'record', record_id) FROM batch
  ORDER BY index_id DESC, key DESC, record_id DESC LIMIT 1
) AS last, (SELECT count(*) FROM removed)::float8 AS count`;
}
