import type { IndexDuplicates } from '@haven/collections';
import type { Statement, Transaction } from '@haven/database';
import { readJson } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';
import { valueAt } from '@haven/query';
import type { IndexDefinition } from '@haven/query';

import { definitionsText } from './index-definitions.js';

/** Number of records whose values one statement writes, so that it takes much less than `database.statementTimeout`. */
const BATCH = 1_000;

/** Maximum number of values with duplicates that are described for each index. */
const SAMPLES = 20;

/** Maximum number of ids that are returned for each of these values. */
const SAMPLE_IDS = 20;

/**
 * Writes the values that the live records of a collection have in these indexes. If several records have the same
 * value, or if it is a dry run, undoes that. Returns these values.
 */
export async function holdValues(
  transaction: Transaction,
  collectionId: number,
  indexes: readonly IndexDefinition[],
  { dryRun }: { readonly dryRun: boolean },
): Promise<IndexDuplicates[]> {
  if (indexes.length === 0) return [];
  try {
    return await transaction.nested(async () => {
      await addValues(transaction, collectionId, indexes);
      const duplicates = await findDuplicates(transaction, collectionId, indexes);
      if (dryRun || duplicates.length > 0) throw new Undo(duplicates);
      return [];
    });
  } catch (error) {
    if (error instanceof Undo) return error.duplicates;
    throw error;
  }
}

/** Ends the nested work, so that what it has written is undone. */
class Undo extends Error {
  constructor(readonly duplicates: IndexDuplicates[]) {
    super('The values are not written.');
  }
}

async function addValues(
  transaction: Transaction,
  collectionId: number,
  indexes: readonly IndexDefinition[],
): Promise<void> {
  const definitions = definitionsText(indexes);
  for (let after: string | null = null; ;) {
    const [[row] = []] = await transaction.pipeline([
      { name: 'unique.hold', text: ADD_VALUES, values: [collectionId, definitions, after, BATCH] },
    ]);
    after = row?.[0] ?? null;
    if (after === null) return;
  }
}

async function findDuplicates(
  transaction: Transaction,
  collectionId: number,
  indexes: readonly IndexDefinition[],
): Promise<IndexDuplicates[]> {
  const ids = indexes.map(({ id }) => id);
  const [rows = []] = await transaction.pipeline([
    { name: 'unique.found', text: DUPLICATES, values: [collectionId, ids, SAMPLE_IDS, SAMPLES] },
  ]);
  const found = rows.map(([indexId, count, recordIds]) => ({
    indexId: Number(indexId),
    count: Number(count),
    ids: JSON.parse(recordIds ?? '[]') as string[],
  }));
  const documents = await firstDocuments(
    transaction,
    collectionId,
    found.flatMap(({ ids: [first] }) => first ?? []),
  );
  return indexes.flatMap((index): IndexDuplicates[] => {
    const own = found.filter(({ indexId }) => indexId === index.id);
    const [first] = own;
    if (!first) return [];
    return [{ indexId: index.id, count: first.count, samples: own.map(({ ids: records }) => sampleOf(records)) }];

    function sampleOf(records: string[]): IndexDuplicates['samples'][number] {
      const data = documents.get(records[0] ?? '') ?? {};
      const values = index.members.map(({ field }) => ('path' in field ? (valueAt(data, field.path) ?? null) : null));
      return { values, ids: records };
    }
  });
}

async function firstDocuments(
  transaction: Transaction,
  collectionId: number,
  ids: readonly string[],
): Promise<Map<string, JsonObject>> {
  if (ids.length === 0) return new Map();
  const [rows = []] = await transaction.pipeline([documentsStatement(collectionId, ids)]);
  return new Map(rows.map(([id, data]) => [id ?? '', readJson(data ?? '{}') as JsonObject]));
}

function documentsStatement(collectionId: number, ids: readonly string[]): Statement {
  return {
    name: 'unique.documents',
    text: 'SELECT id, data FROM haven.live_records WHERE collection_id = $1 AND id = ANY($2::uuid[])',
    values: [collectionId, ids],
  };
}

/** Returns the last id, or NULL if there are no more records. */
const ADD_VALUES = `
WITH page AS MATERIALIZED (
  SELECT id, version, data, created_at, updated_at FROM haven.live_records
  WHERE collection_id = $1 AND ($3::uuid IS NULL OR id > $3) ORDER BY id LIMIT $4
), added AS (
  INSERT INTO haven.unique_entries (collection_id, index_id, hash, record_id)
  SELECT $1, value.index_id, value.key, page.id FROM page CROSS JOIN LATERAL
    haven.index_keys($2::jsonb, page.id, page.version, page.data, page.created_at, page.updated_at) AS value
  WHERE value.is_unique
  ON CONFLICT (tenant_id, collection_id, index_id, hash, record_id) DO NOTHING
)
SELECT CASE WHEN count(*) = $4 THEN (SELECT id FROM page ORDER BY id DESC LIMIT 1) END FROM page`;

const DUPLICATES = `
SELECT index_id, found, to_json(ids) FROM (
  SELECT index_id, ids, count(*) OVER (PARTITION BY index_id) AS found,
    row_number() OVER (PARTITION BY index_id ORDER BY ids[1]) AS place
  FROM (
    SELECT index_id, (array_agg(record_id ORDER BY record_id))[1:$3] AS ids FROM haven.held_values
    WHERE collection_id = $1 AND index_id = ANY($2::integer[]) GROUP BY index_id, hash HAVING count(*) > 1
  ) AS duplicate
) AS ranked
WHERE place <= $4 ORDER BY index_id, place`;
