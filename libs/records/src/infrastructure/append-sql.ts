import { timeText } from '@haven/database';

import { liveTargetsSql } from './live-targets-sql.js';
import { searchDocuments } from './search-documents-sql.js';
import type { TextWritten } from './search-documents-sql.js';
import { valueLock } from './value-lock.js';

/**
 * The entries that a statement writes: none, those of indexes, those of unique indexes too, or `given` ones. The keys
 * of new records can be given: they have no old entries, and computing the keys in SQL would be most of their cost.
 * Only the hashes of unique values are then computed.
 */
export type EntriesWritten = 'none' | 'index' | 'unique' | 'given' | 'givenUnique';

/** Whether a statement locks the targets of new links. */
export type LinksChecked = 'none' | 'linked';

/** Options of a statement besides the entries; `timed` writes the time of the event in the document. */
export interface AppendOptions {
  readonly search?: TextWritten;
  readonly links?: LinksChecked;
  readonly timed?: boolean;
}

/** The events that a statement writes: `one` from scalars, `many` from arrays, or `spool`, the lines of an import. */
type EventsWritten = 'one' | 'many' | 'spool';

interface EventSource {
  /** Selects the events to write. */
  readonly events: string;
  /** The rows to write. */
  readonly rows: string;
  /** Condition that a row is at the version before its first event. */
  readonly isUnchanged: string;
  readonly order: string;
  readonly returning: string;
  readonly by: string;
  /** The record whose deletion caused the event. */
  readonly cause: string;
  readonly output: string;
  /** Number of parameters before those of entries and options. */
  readonly parameters: number;
}

/**
 * Scalars take less work to send and parse than arrays with one element. If many events include several of one record,
 * the record's row is written from the last of them, and must be at the version before the first. Rows are written in
 * the order of their ids to avoid deadlocks; events are written in the given order. The lines of an import have
 * different ids, and derive their events from the current rows.
 */
const SOURCES: Record<EventsWritten, EventSource> = {
  one: {
    events:
      'SELECT $3::uuid AS id, $4::integer AS version, $5::text AS type, $6::jsonb AS data, $7::timestamptz AS created_at',
    rows: 'change',
    isUnchanged: 'r.version = excluded.version - 1',
    order: '',
    returning: '',
    by: '$8, $9',
    cause: '$10::uuid',
    output: 'SELECT id, version, created_at, updated_at FROM stored',
    parameters: 10,
  },
  many: {
    events: `SELECT * FROM unnest(
    $3::uuid[], $4::integer[], $5::text[], $6::jsonb[], $7::timestamptz[], $8::text[], $9::text[], $10::uuid[]
  ) WITH ORDINALITY AS c (id, version, type, data, created_at, actor, trace_id, cause, n)`,
    rows: '(SELECT DISTINCT ON (id) * FROM change ORDER BY id, version DESC) AS last',
    isUnchanged: '(r.id, r.version) IN (SELECT id, min(version) - 1 FROM change GROUP BY id)',
    order: ' ORDER BY n',
    returning: 'RETURNING record_id AS id, version, created_at, at AS updated_at',
    by: 'actor, trace_id',
    cause: 'change.cause',
    output: 'SELECT id, version, created_at, updated_at FROM logged',
    parameters: 10,
  },
  spool: {
    events: `SELECT l.id, line, l.data, coalesce(r.version, 0) + 1 AS version,
    CASE WHEN r.data IS NULL THEN 'record.created' ELSE 'record.updated' END AS type,
    CASE WHEN r.data IS NOT NULL THEN r.created_at END AS created_at
  FROM (
    SELECT record_id AS id, line, data FROM haven.import_lines
    WHERE tenant_id = haven.current_tenant() AND import_id = $3 AND line > $6 AND line <= $7
  ) AS l LEFT JOIN LATERAL (
    SELECT version, data, created_at FROM haven.records
    WHERE tenant_id = haven.current_tenant() AND collection_id = $1 AND id = l.id LIMIT 1
  ) AS r ON TRUE
  ORDER BY l.id`,
    rows: 'change',
    isUnchanged: 'r.version = excluded.version - 1',
    order: ' ORDER BY line',
    returning: 'RETURNING type',
    by: '$4, $5',
    cause: 'NULL::uuid',
    output: 'SELECT type, count(*) FROM logged GROUP BY type',
    parameters: 7,
  },
};

/**
 * Returns the SQL of the statement that writes records: rows together with their events, their entries in the
 * collection's indexes and their searched text. It returns no row for a record that has changed since it was read, and
 * no rows at all if the collection has changed. `updated_at` never decreases, even if a transaction started before the
 * previous change of the record. With new links, it writes nothing if one of their targets does not exist.
 */
export function appendSql(
  written: EventsWritten,
  entries: EntriesWritten,
  { search = 'none', links = 'none', timed = false }: AppendOptions = {},
): string {
  const { events, rows, isUnchanged, order, returning, by, cause, output, parameters } = SOURCES[written];
  const hasEntries = entries === 'index' || entries === 'unique';
  const isGiven = entries === 'given' || entries === 'givenUnique';
  const hasSearch = search !== 'none';
  const keys = hasEntries ? keysSql(`$${parameters + 1}::jsonb`) + INDEX_ENTRIES : '';
  const searchAt = parameters + 1 + ENTRY_PARAMETERS[entries];
  const linksAt = searchAt + (hasSearch ? 1 : 0);
  const timeAt = linksAt + (links === 'none' ? 0 : 2);
  const [linked, isLinked] = links === 'none' ? ['', ''] : newLinks(linksAt);
  const change = timed ? withTimeAt(events, timeAt) : events;
  return `
WITH change AS (
  ${change}
)${hasEntries || search === 'changed' ? BEFORE : ''}${linked}, stored AS (
  INSERT INTO haven.records AS r (collection_id, id, version, data, created_at, updated_at)
  SELECT $1, id, version, data, coalesce(created_at, now()), now() FROM ${rows}
  WHERE EXISTS (
    SELECT FROM haven.collections
    WHERE tenant_id = haven.current_tenant() AND id = $1 AND revision = $2 AND deleted_at IS NULL
  ) AND current_setting('haven.held', true) IS DISTINCT FROM 'false'${isLinked}
  ON CONFLICT (tenant_id, collection_id, id) DO UPDATE SET
    version = excluded.version,
    data = excluded.data,
    created_at = excluded.created_at,
    updated_at = greatest(excluded.updated_at, r.updated_at)
  WHERE ${isUnchanged}
  RETURNING id, version, created_at, updated_at${hasEntries || hasSearch || entries === 'givenUnique' ? ', data' : ''}
), logged AS (
  INSERT INTO haven.events (collection_id, record_id, version, type, data, actor, trace_id, created_at, at, cause)
  SELECT $1, id, change.version, type, change.data, ${by}, coalesce(change.created_at, now()), updated_at, ${cause}
  FROM change JOIN stored USING (id)${order}
  ${returning}
)${keys}${entries === 'unique' ? REMOVED_VALUES + addedValues(written) : ''}${isGiven ? GIVEN_ENTRIES : ''}${entries === 'givenUnique' ? NEW_VALUES + addedValues(written) : ''}${hasSearch ? searchDocuments(search, `$${searchAt}::jsonb`) : ''}
${output}`;
}

/** Number of parameters of the entries: the definitions of the indexes, or the given entries. */
const ENTRY_PARAMETERS: Record<EntriesWritten, number> = { none: 0, index: 1, unique: 1, given: 3, givenUnique: 4 };

/**
 * Replaces the first of two parameters in the text of the document by the time of the event. The second is the time of
 * the previous event of the record, if there is one.
 */
function withTimeAt(events: string, first: number): string {
  const time = timeText(`greatest(now()::timestamptz(3), $${first + 1}::timestamptz(3))`);
  return events.replace('$6::jsonb', `replace($6::text, $${first}::text, ${time})::jsonb`);
}

/** Locks the targets of links, and returns the condition that all of them exist. */
function newLinks(first: number): [cte: string, condition: string] {
  const [collectionIds, recordIds] = [`$${first}`, `$${first + 1}`];
  return [
    `, targets AS MATERIALIZED (${liveTargetsSql(collectionIds, recordIds)}
)`,
    ` AND (SELECT count(*) FROM targets) = cardinality(${recordIds}::uuid[])`,
  ];
}

/**
 * The rows before the change. A row that has changed since the statement's snapshot is not written, so these are the
 * rows that are replaced.
 */
const BEFORE = `, before AS MATERIALIZED (
  SELECT id, version, data, created_at, updated_at FROM haven.records
  WHERE tenant_id = haven.current_tenant() AND collection_id = $1 AND id = ANY(ARRAY(SELECT id FROM change))
)`;

/** Entries that stay the same are neither removed nor added. */
function keysSql(definitions: string): string {
  return `, old_keys AS MATERIALIZED (
  SELECT b.id, k.index_id, k.key, k.is_unique FROM before AS b JOIN stored USING (id) CROSS JOIN LATERAL
    haven.index_keys(${definitions}, b.id, b.version, b.data, b.created_at, b.updated_at) AS k
), new_keys AS MATERIALIZED (
  SELECT s.id, k.index_id, k.key, k.is_unique FROM stored AS s CROSS JOIN LATERAL
    haven.index_keys(${definitions}, s.id, s.version, s.data, s.created_at, s.updated_at) AS k
), gone AS MATERIALIZED (
  TABLE old_keys EXCEPT TABLE new_keys
), added AS MATERIALIZED (
  TABLE new_keys EXCEPT TABLE old_keys
)`;
}

// The entries are looked up one by one: a join could read all entries of the collection.
const INDEX_ENTRIES = `, removed_entries AS (
  DELETE FROM haven.index_entries WHERE tenant_id = haven.current_tenant() AND ctid = ANY(ARRAY(
    SELECT e.ctid FROM gone CROSS JOIN LATERAL (
      SELECT ctid FROM haven.index_entries AS i
      WHERE i.tenant_id = haven.current_tenant() AND i.collection_id = $1 AND i.index_id = gone.index_id
        AND i.key = gone.key AND i.record_id = gone.id LIMIT 1
    ) AS e WHERE NOT is_unique
  ))
), added_entries AS (
  INSERT INTO haven.index_entries (collection_id, index_id, key, record_id)
  SELECT $1, index_id, key, id FROM added WHERE NOT is_unique
  ON CONFLICT DO NOTHING
)`;

/** The entries of new records, unless they have not been stored. */
const GIVEN_ENTRIES = `, added_entries AS (
  INSERT INTO haven.index_entries (collection_id, index_id, key, record_id)
  SELECT $1, index_id, key, id FROM unnest($11::uuid[], $12::integer[], $13::bytea[]) AS k (id, index_id, key)
  WHERE id IN (SELECT id FROM stored)
  ON CONFLICT DO NOTHING
)`;

/** The values of new records in unique indexes. */
const NEW_VALUES = `, added AS MATERIALIZED (
  SELECT s.id, k.index_id, k.key, k.is_unique FROM stored AS s CROSS JOIN LATERAL
    haven.index_keys($14::jsonb, s.id, s.version, s.data, s.created_at, s.updated_at) AS k
)`;

const REMOVED_VALUES = `, removed_values AS (
  DELETE FROM haven.unique_entries WHERE tenant_id = haven.current_tenant() AND ctid = ANY(ARRAY(
    SELECT e.ctid FROM gone CROSS JOIN LATERAL (
      SELECT ctid FROM haven.unique_entries AS u
      WHERE u.tenant_id = haven.current_tenant() AND u.collection_id = $1 AND u.index_id = gone.index_id
        AND u.hash = gone.key AND u.record_id = gone.id LIMIT 1
    ) AS e WHERE is_unique
  ))
)`;

/** The lock of a value is taken before its row is added. */
const addedValues = (written: EventsWritten): string => `, added_values AS (
  INSERT INTO haven.unique_entries (collection_id, index_id, hash, record_id)
  SELECT $1, index_id, key, id FROM ${written === 'one' ? LOCKED_VALUES : 'added'} WHERE is_unique
  ON CONFLICT (tenant_id, collection_id, index_id, hash, record_id) DO NOTHING
)`;

const LOCKED_VALUES = `(
    SELECT *, ${valueLock('$1', 'index_id', "encode(key, 'hex')")} FROM added WHERE is_unique ORDER BY index_id
  ) AS locked`;
