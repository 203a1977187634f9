import { searchDocuments } from './search-documents-sql.js';

/** The rows that a statement writes besides records and events. */
export interface NewRecordsWritten {
  readonly entries: boolean;
  readonly values: boolean;
  readonly search: boolean;
}

/**
 * Returns the SQL of the statement that creates records which have never existed, with their events, entries, unique
 * values and searched text. It returns the number of records that it has stored: all, or none if the collection has
 * changed. It fails with a unique violation if another transaction has created one of them.
 *
 * It does less work for each record than the statement of `appendSql`. There are no rows before the change, and nothing
 * is returned. No insertion has `ON CONFLICT`, with which PostgreSQL looks up each key before it inserts the row, and
 * writes twice to the log. Lists of texts are sent as one text, because it is cheaper to join and split them than to
 * print and parse an array: documents have no line breaks, and keys are hexadecimal. Rows are written in the order of
 * their ids to avoid deadlocks; events are written in the given order.
 */
export function newRecordsSql({ entries, values, search }: NewRecordsWritten): string {
  const first = NEW_RECORD_PARAMETERS + 1;
  const valuesAt = first + (entries ? KEY_PARAMETERS : 0);
  const searchAt = valuesAt + (values ? KEY_PARAMETERS : 0);
  return `
WITH change AS MATERIALIZED (
  SELECT id, document::jsonb AS data, n
  FROM ROWS FROM (unnest($3::uuid[]), string_to_table($4, E'\\n')) WITH ORDINALITY AS c (id, document, n)
), stored AS (
  INSERT INTO haven.records (collection_id, id, version, data, created_at, updated_at)
  SELECT $1, id, 1, data, now(), now() FROM change
  WHERE EXISTS (
    SELECT FROM haven.collections
    WHERE tenant_id = haven.current_tenant() AND id = $1 AND revision = $2 AND deleted_at IS NULL
  )
  ORDER BY id
  RETURNING id${search ? ', data' : ''}
), logged AS (
  INSERT INTO haven.events (collection_id, record_id, version, type, data, actor, trace_id, created_at, at)
  SELECT $1, id, 1, 'record.created', data, $5, $6, now(), now() FROM change WHERE ${ALL_STORED} ORDER BY n
)${entries ? addedEntries(first) : ''}${values ? addedValues(valuesAt) : ''}${search ? searchDocuments('new', `$${searchAt}::jsonb`) : ''}
SELECT count(*) FROM stored`;
}

/** Number of parameters before those of entries, values and the search. */
const NEW_RECORD_PARAMETERS = 6;

/** Number of parameters of a list of keys: the positions of the records, the indexes, and the keys. */
const KEY_PARAMETERS = 3;

const ALL_STORED = '(SELECT count(*) FROM stored) = cardinality($3::uuid[])';

const addedEntries = (first: number): string => `, added_entries AS (
  INSERT INTO haven.index_entries (collection_id, index_id, key, record_id)
  SELECT $1, index_id, key, id FROM ${keysFrom(first)} WHERE ${ALL_STORED}
)`;

const addedValues = (first: number): string => `, added_values AS (
  INSERT INTO haven.unique_entries (collection_id, index_id, hash, record_id)
  SELECT $1, index_id, key, id FROM ${keysFrom(first)} WHERE ${ALL_STORED}
)`;

function keysFrom(first: number): string {
  const [positions, indexIds, keys] = [`$${first}::integer[]`, `$${first + 1}::integer[]`, `$${first + 2}`];
  return `(
    SELECT index_id, decode(key, 'hex') AS key, ($3::uuid[])[n] AS id
    FROM ROWS FROM (unnest(${positions}), unnest(${indexIds}), string_to_table(${keys}, ',')) AS k (n, index_id, key)
    ORDER BY 1, 2
  ) AS k`;
}
