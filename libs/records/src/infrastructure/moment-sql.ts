import type { Moment } from '@haven/query';

import { bind } from './sql-text.js';

/** SQL for the records of a collection as they were at a point in time, in two disjoint parts. */
export interface MomentSql {
  /** Query for the `id` of the records that have changed or were created since then; one can occur several times. */
  readonly touched: string;
  /** Condition that a row of `haven.live_records` has not changed since then. */
  readonly unchanged: string;
  /**
   * Table expression for the records that have changed since then, in the version that was current at that time, with
   * the columns of `haven.live_records`.
   */
  readonly changed: string;
}

/**
 * Returns the SQL for a point in time. Events are read only for records that have changed since then. Unchanged records
 * are read from their rows, so that the indexes on rows can be used. Appends to `params`.
 */
export function momentSql(collectionId: number, moment: Moment, params: unknown[]): MomentSql {
  return 'time' in moment
    ? atTime(collectionId, bind(params, moment.time, 'timestamptz'))
    : atSequence(collectionId, bind(params, moment.seq, 'bigint'));
}

/**
 * Selects the version of the record $2 in the collection $1 that was current at $3, a time or a sequence number of the
 * feed.
 */
export const VERSION_AT = versionAt('$2::uuid');

/** Returns the same selection for another expression of the record's id. */
export function versionAt(id: string): Record<'time' | 'seq', string> {
  return {
    time: versionSql('$1::integer', id, 'at <= $3::timestamptz'),
    seq: versionSql(
      '$1::integer',
      id,
      `version = (
      SELECT version FROM haven.feed
      WHERE tenant_id = haven.current_tenant() AND collection_id = $1 AND record_id = ${id} AND seq <= $3::bigint
      ORDER BY version DESC LIMIT 1
    )`,
    ),
  };
}

function atTime(collectionId: number, time: string): MomentSql {
  const touched = `SELECT id FROM haven.records
       WHERE tenant_id = haven.current_tenant() AND collection_id = ${collectionId} AND updated_at > ${time}`;
  return {
    touched,
    // `created_at <= updated_at` always holds, but the condition on `created_at` lets an index scan by creation time
    // start there.
    unchanged: `updated_at <= ${time} AND created_at <= ${time}`,
    changed: versionsSql(
      collectionId,
      `SELECT id AS changed_id FROM (${touched} AND version > 1) AS touched`,
      `at <= ${time}`,
    ),
  };
}

/**
 * Returns SQL for the state at a sequence number of the feed. Changes that are not in the feed yet count as later than
 * every sequence number.
 */
function atSequence(collectionId: number, seq: string): MomentSql {
  const later = `SELECT record_id, version FROM haven.feed
         WHERE tenant_id = haven.current_tenant() AND collection_id = ${collectionId} AND seq > ${seq}
         UNION ALL
         SELECT record_id, version FROM haven.events
         WHERE tenant_id = haven.current_tenant() AND collection_id = ${collectionId} AND ${NOT_IN_FEED}`;
  return {
    touched: `SELECT record_id AS id FROM (${later}) AS changes`,
    // A scalar subquery, not EXISTS: the planner would turn EXISTS into a join, and because of the feed's row security,
    // a join could not use the indexes on documents (ADR 8).
    unchanged: `(
      SELECT seq FROM haven.feed
      WHERE tenant_id = haven.current_tenant() AND feed.collection_id = ${collectionId} AND record_id = live_records.id
        AND feed.version = live_records.version
    ) <= ${seq}`,
    changed: versionsSql(
      collectionId,
      `SELECT record_id AS changed_id, min(version) AS changed_version FROM (${later}) AS changes
       GROUP BY record_id HAVING min(version) > 1`,
      'version < changed_version',
    ),
  };
}

/**
 * Condition for events that are not in the feed yet. The upper bound excludes nothing, but improves the planner's
 * estimate. With only a lower bound, which is unknown when planning, the planner would expect a third of all events;
 * with two bounds it expects only a few.
 */
export const NOT_IN_FEED = `position > (SELECT watermark FROM haven.sequencer) AND position < ${2n ** 63n - 1n}
           AND NOT position <@ (SELECT done FROM haven.sequencer)`;

function versionsSql(collectionId: number, later: string, before: string): string {
  return `(${later}) AS later CROSS JOIN LATERAL (${versionSql(String(collectionId), 'changed_id', before)}) AS past`;
}

/**
 * Returns a query for the newest version of a record among those that satisfy `before`. If this version is a deletion,
 * the query returns no row.
 */
function versionSql(collectionId: string, id: string, before: string): string {
  return `SELECT * FROM (
    SELECT record_id AS id, version, data, created_at, at AS updated_at FROM haven.events
    WHERE tenant_id = haven.current_tenant() AND collection_id = ${collectionId} AND record_id = ${id} AND ${before}
    ORDER BY version DESC LIMIT 1
  ) AS version WHERE data IS NOT NULL`;
}
