import type pg from 'pg';

import { legacyIndexes } from '@haven/collections';
import type { DeclaredIndex, DeclaredSearch } from '@haven/collections';
import { ADVISORY_LOCK_SEEDS } from '@haven/database';

import type { BatchResult, IndexWork } from './index-work.js';

/** The declarations of a collection that a background job builds. */
export interface Declared {
  readonly indexes: readonly DeclaredIndex[];
  readonly search: DeclaredSearch | null;
}

/** Makes indexes and a search ready that contain all records. The caller has locked the declared ones. */
export async function finishIndexes(
  client: pg.Client,
  collection: number,
  { indexes, search }: Declared,
  ids: readonly number[],
): Promise<void> {
  const finished = <T extends DeclaredIndex | DeclaredSearch>(built: T): T =>
    ids.includes(built.id) && built.state === 'building' ? { ...built, state: 'ready' as const } : built;
  await storeDeclared(client, collection, { indexes: indexes.map(finished), search: search && finished(search) }, 0);
  await client.query(FINISHED, [collection, ids]);
}

/**
 * Gives up an index that is being built, and drops its entries. The collection gets a new revision, so that no writer
 * maintains the index any longer. Runs in a transaction of its own.
 */
export async function failIndex(
  client: pg.Client,
  { collection, index: id }: IndexWork,
  problem: string,
): Promise<BatchResult> {
  const { indexes, search } = await lockDeclared(client, collection, 'exclusive');
  const isFilled = (index: DeclaredIndex) => index.id === id && index.state === 'building';
  if (!indexes.some(isFilled)) return 'advanced';
  const changed = indexes.map((index) => (isFilled(index) ? { ...index, state: 'failed' as const, problem } : index));
  await storeDeclared(client, collection, { indexes: changed, search }, 1);
  await client.query(DROP, [collection, id]);
  return 'advanced';
}

/**
 * Locks the settings of a collection as those who change them do, and returns what it declares. A request that changes
 * the settings stores all of them, so it must not have read them before.
 */
export async function lockDeclared(client: pg.Client, collection: number, mode: keyof typeof LOCKS): Promise<Declared> {
  await client.query(LOCKS[mode], [collection]);
  const { rows } = await client.query<Declared>(DECLARED, [collection]);
  return rows[0] ?? { indexes: [], search: null };
}

async function storeDeclared(
  client: pg.Client,
  collection: number,
  { indexes, search }: Declared,
  revisions: number,
): Promise<void> {
  const [declared, legacy] = [JSON.stringify(indexes), JSON.stringify(legacyIndexes(indexes))];
  const values = [collection, declared, legacy, revisions, search && JSON.stringify(search)];
  await client.query(STORE, values);
}

const OF_COLLECTION = 'tenant_id = haven.current_tenant() AND id = $1';

/** The number of the lock is that of \`collectionLock\`. */
const NUMBER = `hashtextextended(tenant_id::text || '/' || name, ${ADVISORY_LOCK_SEEDS.collection})`;

const LOCKS = {
  shared: `SELECT pg_advisory_xact_lock_shared(${NUMBER}) FROM haven.collections WHERE ${OF_COLLECTION}`,
  exclusive: `SELECT pg_advisory_xact_lock(${NUMBER}) FROM haven.collections WHERE ${OF_COLLECTION}`,
};

const DECLARED = `
SELECT declared_indexes AS indexes, search FROM haven.collections WHERE ${OF_COLLECTION} FOR NO KEY UPDATE`;

const STORE = `
UPDATE haven.collections SET declared_indexes = $2::jsonb, indexes = $3::jsonb, revision = revision + $4,
  search = $5::jsonb,
  schema_text_revision = schema_text_revision + CASE WHEN schema_text_revision = revision THEN $4 ELSE 0 END
WHERE ${OF_COLLECTION}`;

const FINISHED = `
DELETE FROM haven.index_builds
WHERE tenant_id = haven.current_tenant() AND collection_id = $1 AND index_id = ANY($2::integer[]) AND task = 'fill'`;

const DROP = `
UPDATE haven.index_builds SET task = 'drop', after = NULL, skipped = '{}'
WHERE tenant_id = haven.current_tenant() AND collection_id = $1 AND index_id = $2 AND task = 'fill'`;
