import type { Statement } from '@haven/database';
import type { Moment, SearchCondition } from '@haven/query';

import type { FieldSelection } from '../domain/record-reader.js';
import { NOT_IN_FEED } from './moment-sql.js';
import { filterSql } from './query-sql.js';
import { documentMatches, expressionMatches } from './search-sql.js';
import { selectionSql } from './selection-sql.js';
import { bind } from './sql-text.js';

/**
 * The state of a collection that all pages return. It consists of the events that were visible at the start: those that
 * had entered the feed, and those that were committed but that the sequencer had not entered yet. `events.position`
 * identifies them, because it is assigned when an event is written, and never changes.
 */
export interface Snapshot {
  /** The collection's events at positions up to this one, and those at `positions`, were visible. */
  readonly watermark: string;
  /** A multirange. */
  readonly positions: string;
  /** The last entry of the tenant's feed. */
  readonly feedHead: string;
  /** Whether events of the collection were visible that were not in the feed yet. */
  readonly isAheadOfFeed: boolean;
  /**
   * All transactions with lower ids had ended. Null if rows are on other servers, which have transaction ids of their
   * own.
   */
  readonly oldestTransaction: string | null;
  /** The greatest id of a row; null if there are none. Records that are created later are not read. */
  readonly lastId: string | null;
}

/** The rows of a page that follow a row, in the order of ids. */
interface RowsAfter {
  readonly after: string;
  readonly limit: number;
}

/** Which rows a page consists of. */
export type PageRows = RowsAfter | { readonly ids: readonly string[] };

/** Maximum number of bytes of a small document. */
const SMALL_BYTES = 4_096;

/**
 * Returns the statement that takes a snapshot. With `probe`, it also returns the ids of the matching records in the
 * last column, at most this number; null if there are more.
 */
export function snapshotStatement(collectionId: number, selection: FieldSelection, probe?: number): Statement {
  const values: unknown[] = [];
  const matches =
    probe === undefined
      ? 'NULL'
      : `(SELECT CASE WHEN count(*) <= ${probe} THEN coalesce(array_agg(id ORDER BY id), '{}') END
  FROM (${selectionSql('id', collectionId, selection, values)} LIMIT ${probe + 1}) AS matches)`;
  return { text: `${snapshotSql(collectionId)}, ${matches} ${FROM_SEQUENCER}`, values };
}

/**
 * Returns the statement that reads one page of a snapshot, in the order of ids. Its columns are those of
 * `RECORD_COLUMNS`, and whether the version that is needed was pruned. Rows without a document are not part of the
 * result. The last row is that of the last record that was read, so that the next page can start after it.
 *
 * Nearly all rows were last written before the snapshot, which their `xmin` shows, and are returned as they are. For
 * each other row, the version is read from the events, by key.
 */
export function pageStatement(
  collectionId: number,
  { filter, moment }: FieldSelection,
  snapshot: Snapshot,
  rows: PageRows,
  bytes: number,
): Statement {
  const values: unknown[] = [];
  const { isUnchanged, isIncluded, pruned } = momentOf(collectionId, snapshot, moment, values);
  const scope = `tenant_id = haven.current_tenant() AND collection_id = ${collectionId}`;
  const [window, found] =
    'ids' in rows
      ? [`id = ANY(${bind(values, rows.ids, 'uuid[]')}) ORDER BY id`, 'TRUE']
      : [
          `id > ${bind(values, rows.after, 'uuid')} AND id <= ${bind(values, snapshot.lastId, 'uuid')}
      ORDER BY id LIMIT ${rows.limit}`,
          filterSql(filter, values, snapshotSearchSql),
        ];
  const text = `
SELECT id, version, document, created_at, updated_at, is_pruned FROM (
  SELECT *, lead(id) OVER by_id IS NULL AS is_last, coalesce(sum(octet_length(document)) OVER earlier, 0) AS bytes_before
  FROM (
    SELECT id, version, created_at, updated_at, is_pruned,
      CASE WHEN data IS NOT NULL AND (${found}) THEN data::text END AS document
    FROM (
      SELECT r.id, is_unchanged, CASE WHEN is_unchanged THEN r.version ELSE past.version END AS version,
        CASE WHEN is_unchanged THEN r.data ELSE past.data END AS data,
        CASE WHEN is_unchanged THEN r.created_at ELSE past.created_at END AS created_at,
        CASE WHEN is_unchanged THEN r.updated_at ELSE past.at END AS updated_at,
        CASE WHEN is_unchanged OR past.version IS NOT NULL THEN FALSE ELSE ${pruned} END AS is_pruned
      FROM (
        SELECT id, version, data, created_at, updated_at, coalesce(${isUnchanged}, FALSE) AS is_unchanged
        FROM haven.records AS r WHERE ${scope} AND ${window}
      ) AS r LEFT JOIN LATERAL (
        SELECT version, data, created_at, at FROM haven.events AS e
        WHERE NOT is_unchanged AND ${scope} AND record_id = r.id AND ${isIncluded}
        ORDER BY version DESC LIMIT 1
      ) AS past ON TRUE
    ) AS state
  ) AS found
  WINDOW by_id AS (ORDER BY id), earlier AS (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
) AS page
WHERE (document IS NOT NULL OR is_pruned OR is_last) AND bytes_before < ${bytes}
UNION ALL
${DELETING_TENANT}`;
  return { text, values };
}

/**
 * Returns the condition that a record satisfied a search when the snapshot was taken. The search document of a record
 * that was changed since is that of a later version. Documents can also be missing, because the index is no longer
 * declared.
 */
function snapshotSearchSql(search: SearchCondition, values: unknown[]): string {
  return `coalesce((${documentMatches(search, values)} AND is_unchanged), ${expressionMatches(search, values)})`;
}

/** Selects a row without an id if the tenant is being deleted. */
const DELETING_TENANT = `SELECT NULL, NULL, NULL, NULL, NULL, TRUE FROM haven.tenants
WHERE id = haven.current_tenant() AND state = 'deleting'`;

/**
 * Returns a statement that reads a page of the current state, without a filter, at half the cost of
 * {@link pageStatement}, if all rows are unchanged and have small documents. Its last column is whether this is true of
 * the row. If it is not true of all, the page is incomplete and must be read with `pageStatement`. Deleted records are
 * rows without a document.
 */
export function simplePageStatement(collectionId: number, snapshot: Snapshot, { after, limit }: RowsAfter): Statement {
  const values: unknown[] = [];
  const scan = `
    FROM haven.records AS r WHERE tenant_id = haven.current_tenant() AND collection_id = ${collectionId}
      AND id > ${bind(values, after, 'uuid')} AND id <= ${bind(values, snapshot.lastId, 'uuid')}
    ORDER BY id LIMIT ${limit}`;
  const isSmall = (size: string) => `coalesce(${size} <= ${SMALL_BYTES}, TRUE)`;
  const isSimple = `coalesce(${isOlderThan(snapshot, values)}, FALSE) AND ${isSmall('pg_column_size(data)')}`;
  // OFFSET 0 lets PostgreSQL print each document only once.
  const text = `
SELECT id, version, CASE WHEN is_simple THEN document END, created_at, updated_at, is_simple FROM (
  SELECT id, version, document, created_at, updated_at,
    is_simple AND ${isSmall('octet_length(document)')} AS is_simple
  FROM (
    SELECT id, version, created_at, updated_at, is_simple, CASE WHEN is_simple THEN data::text END AS document
    FROM (SELECT id, version, data, created_at, updated_at, ${isSimple} AS is_simple ${scan}) AS scanned
    OFFSET 0
  ) AS printed
) AS page
UNION ALL
${DELETING_TENANT}`;
  return { text, values };
}

/** SQL for the rows of `haven.records AS r`. */
interface SnapshotMomentSql {
  /** Condition that the row has not changed since the moment. */
  readonly isUnchanged: string;
  /** Condition for those events of the record that belong to the moment. */
  readonly isIncluded: string;
  /** Condition that an event of the moment was pruned. Assumes that none is left. */
  readonly pruned: string;
}

function momentOf(
  collectionId: number,
  snapshot: Snapshot,
  moment: Moment | undefined,
  values: unknown[],
): SnapshotMomentSql {
  if (moment && 'seq' in moment) {
    const seq = bind(values, moment.seq, 'bigint');
    const ofRecord = `FROM haven.feed AS f
      WHERE f.tenant_id = haven.current_tenant() AND f.collection_id = ${collectionId} AND f.record_id = r.id`;
    return {
      isUnchanged: `(SELECT seq ${ofRecord} AND f.version = r.version) <= ${seq}`,
      isIncluded: `version = (SELECT version ${ofRecord} AND seq <= ${seq} ORDER BY version DESC LIMIT 1)`,
      pruned: prunedSql(collectionId, `f.seq <= ${seq}`),
    };
  }
  const { watermark, positions, feedHead, isAheadOfFeed } = snapshot;
  const isVisible = `(position <= ${bind(values, watermark, 'bigint')} OR position <@ ${bind(values, positions, 'int8multirange')})`;
  const isOld = isOlderThan(snapshot, values);
  const pruned = prunedSql(collectionId, isAheadOfFeed ? 'TRUE' : `f.seq <= ${bind(values, feedHead, 'bigint')}`);
  if (!moment) return { isUnchanged: isOld, isIncluded: isVisible, pruned };
  const time = bind(values, moment.time, 'timestamptz');
  return { isUnchanged: `${isOld} AND updated_at <= ${time}`, isIncluded: `${isVisible} AND at <= ${time}`, pruned };
}

/**
 * Returns the condition that a row was written before the snapshot. `age` compares transaction ids correctly even after
 * their 32 bits have been used up.
 */
function isOlderThan({ oldestTransaction }: Snapshot, values: unknown[]): string {
  return oldestTransaction === null ? 'FALSE' : `age(xmin) > age(${bind(values, oldestTransaction, 'xid8')}::xid)`;
}

/**
 * Returns the condition that the predecessor of a record's first remaining event was a version with a document and
 * belonged to the moment, so that the record's state at the moment is lost. The feed retains the entries of pruned
 * events. An erased record does not matter: its documents are gone in any case.
 */
function prunedSql(collectionId: number, belongs: string): string {
  const scope = (alias: string) =>
    `${alias}.tenant_id = haven.current_tenant() AND ${alias}.collection_id = ${collectionId} AND ${alias}.record_id = r.id`;
  return `EXISTS (
          SELECT FROM (
            SELECT version, type FROM haven.events AS e WHERE ${scope('e')} ORDER BY version LIMIT 1
          ) AS first, haven.feed AS f
          WHERE ${scope('f')} AND f.version = first.version - 1 AND first.type <> 'record.created' AND ${belongs}
        ) AND NOT EXISTS (SELECT FROM haven.events AS e WHERE ${scope('e')} AND type = 'record.erased')`;
}

/** Citus keeps the rows of a distributed table on other servers. */
const OLDEST_TRANSACTION = `CASE WHEN to_regclass('pg_catalog.pg_dist_partition') IS NULL
    THEN pg_snapshot_xmin(pg_current_snapshot()) END`;

const FROM_SEQUENCER = 'FROM haven.sequencer AS s';

function snapshotSql(collectionId: number): string {
  const isOurs = `tenant_id = haven.current_tenant() AND collection_id = ${collectionId}`;
  // A statement sees one snapshot, so all columns agree.
  return `
WITH ahead AS MATERIALIZED (
  SELECT coalesce(range_agg(int8range(position, position + 1)), '{}') AS positions FROM haven.events
  WHERE ${isOurs} AND ${NOT_IN_FEED}
)
SELECT s.watermark, s.done + (SELECT positions FROM ahead),
  coalesce((SELECT seq FROM haven.feed_heads WHERE tenant_id = haven.current_tenant()), 0),
  (SELECT NOT isempty(positions) FROM ahead), ${OLDEST_TRANSACTION},
  (SELECT id FROM haven.records WHERE ${isOurs} ORDER BY id DESC LIMIT 1)`;
}
