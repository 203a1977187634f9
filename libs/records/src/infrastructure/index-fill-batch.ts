import type pg from 'pg';

import { searchDefinition } from '@haven/collections';
import type { DeclaredSearch } from '@haven/collections';

import type { Declared } from './index-outcome.js';
import type { BatchResult, IndexWork } from './index-work.js';

/** Number of records whose entries one transaction adds. */
const BATCH = 200;

/** The same if it adds documents, which take longer, because writers of these records wait. */
const SEARCH_BATCH = 50;

/** Number of bytes of documents from which such a batch reads no further records. */
const SEARCH_BATCH_BYTES = 262_144;

/** Number of records of such a batch that were locked before, whatever their size. */
const SEARCH_BATCH_AGAIN = 4;

/** Number of locked records up to which the fill reads further records. */
const MAX_SKIPPED = 1_000;

/** An index cannot be built because of a record; the message says why. */
export class UnbuildableIndex extends Error {
  constructor(
    readonly index: number,
    message: string,
  ) {
    super(message);
  }
}

/** How far some indexes and a search have come together. */
interface Progress {
  readonly ids: readonly number[];
  /** Id of the last record that was read; null before the first. */
  readonly after: string | null;
  /** Ids of earlier records that were locked. */
  readonly skipped: readonly string[];
}

/**
 * A batch of the work that adds the entries of the records that existed when an index was declared, and the documents
 * of those that existed when a search was declared. Every write since then adds its own, because it states the
 * collection's revision. The batch locks its rows, so a writer that changes one of them has either committed before,
 * and the batch reads the new row, or sees the entries of the batch. Rows that a writer has locked are skipped; they
 * are read again when there are no others.
 */
export class FillBatch {
  private readonly collection: number;

  constructor(
    private readonly client: pg.Client,
    private readonly work: IndexWork,
    private readonly keysPerRecord: number,
    /** Whether to fill only the index of the work, and not others that have come equally far. */
    private readonly isAlone: boolean,
  ) {
    this.collection = work.collection;
  }

  /** Runs in the open transaction. `complete` means that no records are left. */
  async run(): Promise<BatchResult> {
    const progress = await this.lockProgress();
    if (!progress) return 'advanced';
    const { ids, after, skipped } = progress;
    if (after === null) await this.client.query(COUNT, [this.collection, ids]);
    const declared = await this.declared(ids);
    const known = [...declared.indexes, ...(declared.search ? [declared.search] : [])].map(({ id }) => id);
    if (known.length < ids.length) return this.drop(ids, known);
    const { next, again, isComplete } = await this.candidates(progress, declared.search !== null);
    if (isComplete) return 'complete';
    const size = declared.search && next.length === 0 ? SEARCH_BATCH_AGAIN : BATCH;
    const filled = await this.fill(declared, [...next, ...again], size);
    const earlier = next.length === 0 ? [] : skipped;
    const left = [...earlier, ...next, ...again].filter((id) => !filled.has(id));
    await this.client.query(STORE, [this.collection, ids, next.at(-1) ?? after, left, filled.size]);
    return next.length > 0 || left.length < skipped.length ? 'advanced' : 'blocked';
  }

  /** Locks the work, and returns the ids of the indexes that have entries of all records. */
  async completed(): Promise<readonly number[]> {
    const progress = await this.lockProgress();
    return progress && (await this.candidates(progress, false)).isComplete ? progress.ids : [];
  }

  /** Returns the ids of the next records or, if there are no more, of those that were skipped. */
  private async candidates({ after, skipped }: Progress, hasSearch: boolean) {
    const hasRoom = skipped.length + BATCH <= MAX_SKIPPED;
    const next = hasRoom ? await this.ids(hasSearch ? NEXT_DOCUMENTS : NEXT, [this.collection, after]) : [];
    const again = next.length > 0 || skipped.length === 0 ? [] : await this.ids(EXISTING, [this.collection, skipped]);
    return { next, again, isComplete: hasRoom && next.length + again.length === 0 };
  }

  /** Locks the work, so that it is not undeclared in the meantime. Returns undefined if that has already happened. */
  private async lockProgress(): Promise<Progress | undefined> {
    const { rows } = await this.client.query<Omit<Progress, 'ids'> & { id: number }>(PROGRESS, [
      this.collection,
      this.work.index,
      this.isAlone,
    ]);
    const [first] = rows;
    return first && { ...first, ids: rows.map(({ id }) => id) };
  }

  /** Returns those of the indexes, and the search if it is one of them, that are declared and being built. */
  private async declared(ids: readonly number[]): Promise<Declared> {
    const { rows } = await this.client.query<Declared>(DECLARED, [this.collection]);
    const isFilled = ({ id, state }: { readonly id: number; readonly state: string }) =>
      state === 'building' && ids.includes(id);
    const { indexes = [], search = null } = rows[0] ?? {};
    return { indexes: indexes.filter(isFilled), search: search && isFilled(search) ? search : null };
  }

  /** Drops indexes that are not declared. This should not happen, because both are stored in one transaction. */
  private async drop(ids: readonly number[], known: readonly number[]): Promise<BatchResult> {
    await this.client.query(DROP, [this.collection, ids.filter((id) => !known.includes(id))]);
    return 'advanced';
  }

  private async ids(text: string, values: unknown[]): Promise<string[]> {
    const { rows } = await this.client.query<{ id: string }>(text, values);
    return rows.map(({ id }) => id);
  }

  /** Adds the entries and documents of those of the records that are not locked, and returns their ids. */
  private async fill({ indexes, search }: Declared, records: readonly string[], size: number): Promise<Set<string>> {
    const values = [this.collection, JSON.stringify(indexes), records, this.keysPerRecord, size];
    const { rows } = await this.client.query<{ record: string; index: number | null; keys: number }>(FILL, values);
    const [tooMany] = rows.filter(({ index }) => index !== null);
    if (tooMany?.index != null) {
      throw new UnbuildableIndex(
        tooMany.index,
        `Record ${tooMany.record} has ${tooMany.keys} keys in this index, and limits.keysPerRecord allows ` +
          `${this.keysPerRecord}. Change the record, and declare the index again.`,
      );
    }
    await this.client.query('SET CONSTRAINTS ALL IMMEDIATE');
    const filled = new Set(rows.map(({ record }) => record));
    if (search) await this.fillSearch(search, [...filled]);
    return filled;
  }

  /** Adds the documents of records, which are locked. */
  private async fillSearch(search: DeclaredSearch, records: readonly string[]): Promise<void> {
    await this.client.query(FILL_SEARCH, [this.collection, searchDefinition(search), records]);
  }
}

const OF_COLLECTION = 'tenant_id = haven.current_tenant() AND collection_id = $1';

const PROGRESS = `
SELECT b.index_id AS id, b.after, b.skipped FROM haven.index_builds AS b
JOIN haven.index_builds AS lead ON lead.tenant_id = b.tenant_id AND lead.collection_id = b.collection_id
WHERE b.tenant_id = haven.current_tenant() AND b.collection_id = $1 AND b.task = 'fill'
  AND lead.index_id = $2 AND lead.task = 'fill' AND (b.index_id = $2 OR NOT $3::boolean)
  AND b.after IS NOT DISTINCT FROM lead.after AND b.skipped = lead.skipped
ORDER BY b.index_id FOR UPDATE OF b`;

/** A collection with more records than this is not counted, but has at most as many as its tenant. */
const MAX_COUNT = 1_000_000;

const COUNT = `
UPDATE haven.index_builds SET total = (
  SELECT CASE WHEN n < ${MAX_COUNT} THEN n ELSE greatest(n, (
    SELECT records FROM haven.feed_heads WHERE tenant_id = haven.current_tenant()
  )) END FROM (SELECT count(*) AS n FROM (
    SELECT FROM haven.records WHERE ${OF_COLLECTION} AND data IS NOT NULL LIMIT ${MAX_COUNT}
  ) AS live) AS counted
) WHERE ${OF_COLLECTION} AND index_id = ANY($2::integer[])`;

const DECLARED = `
SELECT declared_indexes AS indexes, search FROM haven.collections WHERE tenant_id = haven.current_tenant() AND id = $1`;

const NEXT = `
SELECT id FROM haven.records
WHERE ${OF_COLLECTION} AND id > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000')
ORDER BY id LIMIT ${BATCH}`;

/** The text of a document is measured, because its size in the table may be a fraction of it. */
const NEXT_DOCUMENTS = `
SELECT id FROM (
  SELECT id, sum(bytes) OVER (ORDER BY id) - bytes AS bytes_before FROM (
    SELECT id, coalesce(least(octet_length(data::text), ${SEARCH_BATCH_BYTES}), 0) AS bytes FROM haven.records
    WHERE ${OF_COLLECTION} AND id > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000')
    ORDER BY id LIMIT ${SEARCH_BATCH}
  ) AS measured
) AS sized WHERE bytes_before < ${SEARCH_BATCH_BYTES} ORDER BY id`;

const EXISTING = `SELECT id FROM haven.records WHERE ${OF_COLLECTION} AND id = ANY($2::uuid[])`;

const FILL = `
WITH locked AS MATERIALIZED (
  SELECT id, version, data, created_at, updated_at FROM haven.records
  WHERE ${OF_COLLECTION} AND id = ANY($3::uuid[])
  ORDER BY id LIMIT $5 FOR SHARE SKIP LOCKED
), keys AS MATERIALIZED (
  SELECT l.id, k.index_id, k.key, k.is_unique FROM locked AS l
  CROSS JOIN LATERAL haven.index_keys($2::jsonb, l.id, l.version, l.data, l.created_at, l.updated_at) AS k
  WHERE l.data IS NOT NULL
), entries AS (
  INSERT INTO haven.index_entries (tenant_id, collection_id, index_id, key, record_id)
  SELECT haven.current_tenant(), $1, index_id, key, id FROM keys WHERE NOT is_unique ON CONFLICT DO NOTHING
), held AS (
  INSERT INTO haven.unique_entries (tenant_id, collection_id, index_id, hash, record_id)
  SELECT haven.current_tenant(), $1, index_id, key, id FROM keys WHERE is_unique
  ON CONFLICT (tenant_id, collection_id, index_id, hash, record_id) DO NOTHING
)
SELECT id AS record, NULL::integer AS index, 0 AS keys FROM locked
UNION ALL
SELECT id, index_id, count(*)::integer FROM keys WHERE NOT is_unique GROUP BY id, index_id HAVING count(*) > $4`;

const FILL_SEARCH = `
INSERT INTO haven.search_documents (tenant_id, collection_id, index_id, record_id, document)
SELECT haven.current_tenant(), $1, ($2::jsonb ->> 'id')::integer, id, document FROM (
  SELECT id, haven.search_document($2::jsonb, data) AS document FROM haven.records
  WHERE ${OF_COLLECTION} AND id = ANY($3::uuid[]) AND data IS NOT NULL OFFSET 0
) AS documents WHERE document <> '' ON CONFLICT DO NOTHING`;

const STORE = `
UPDATE haven.index_builds SET after = $3, skipped = $4, done = done + $5
WHERE ${OF_COLLECTION} AND index_id = ANY($2::integer[])`;

const DROP = `
UPDATE haven.index_builds SET task = 'drop', after = NULL, skipped = '{}'
WHERE ${OF_COLLECTION} AND index_id = ANY($2::integer[])`;
