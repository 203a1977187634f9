import type { Moment } from '@haven/query';

import { bind } from './sql-text.js';

/** The records of a collection as they were at a moment, in two parts that have no record in common. */
export interface MomentSql {
  /** Whether a row of `haven.live_records` has been as it is since then. */
  readonly unchanged: string;
  /** Those that have changed since, as the version they were at: what a FROM takes, with the columns of `haven.live_records`. */
  readonly changed: string;
}

/** Reads the past where it differs from the present, so that the indexes of the present serve it. Appends to `params`. */
export function momentSql(collectionId: number, moment: Moment, params: unknown[]): MomentSql {
  return 'time' in moment
    ? atTime(collectionId, bind(params, moment.time, 'timestamptz'))
    : atPlace(collectionId, bind(params, moment.seq, 'bigint'));
}

/** The one version of a record, $2 of the collection $1, that was current at the moment $3. */
export const VERSION_AT: Record<'time' | 'seq', string> = {
  time: versionSql('$1::integer', '$2::uuid', 'at <= $3::timestamptz'),
  seq: versionSql(
    '$1::integer',
    '$2::uuid',
    `version = (
      SELECT version FROM haven.feed
      WHERE tenant_id = haven.current_tenant() AND collection_id = $1 AND record_id = $2 AND seq <= $3::bigint
      ORDER BY version DESC LIMIT 1
    )`,
  ),
};

function atTime(collectionId: number, time: string): MomentSql {
  return {
    // That a record is not changed before it is made goes without saying, but tells an index of creation where to start.
    unchanged: `updated_at <= ${time} AND created_at <= ${time}`,
    changed: versionsSql(
      collectionId,
      `SELECT id AS changed_id FROM haven.records
       WHERE tenant_id = haven.current_tenant() AND collection_id = ${collectionId} AND updated_at > ${time} AND version > 1`,
      `at <= ${time}`,
    ),
  };
}

/** What is not in the feed yet comes after every place in it. */
function atPlace(collectionId: number, place: string): MomentSql {
  return {
    // A value and no EXISTS, which would join the tables: with the feed's row security, the documents' indexes are out (ADR 8).
    unchanged: `(
      SELECT seq FROM haven.feed
      WHERE tenant_id = haven.current_tenant() AND feed.collection_id = ${collectionId} AND record_id = live_records.id
        AND feed.version = live_records.version
    ) <= ${place}`,
    changed: versionsSql(
      collectionId,
      `SELECT record_id AS changed_id, min(version) AS changed_version FROM (
         SELECT record_id, version FROM haven.feed
         WHERE tenant_id = haven.current_tenant() AND collection_id = ${collectionId} AND seq > ${place}
         UNION ALL
         SELECT record_id, version FROM haven.events
         WHERE tenant_id = haven.current_tenant() AND collection_id = ${collectionId} AND ${NOT_IN_FEED}
       ) AS changes GROUP BY record_id HAVING min(version) > 1`,
      'version < changed_version',
    ),
  };
}

/** The planner takes a third of all events for later than an unknown position, but few for between two: hence the second bound. */
const NOT_IN_FEED = `position > (SELECT watermark FROM haven.sequencer) AND position < ${2n ** 63n - 1n}
           AND NOT position <@ (SELECT done FROM haven.sequencer)`;

function versionsSql(collectionId: number, later: string, before: string): string {
  return `(${later}) AS later CROSS JOIN LATERAL (${versionSql(String(collectionId), 'changed_id', before)}) AS past`;
}

/** The newest version of a record that `before` admits, unless it was a deletion. */
function versionSql(collectionId: string, id: string, before: string): string {
  return `SELECT * FROM (
    SELECT record_id AS id, version, data, created_at, at AS updated_at FROM haven.events
    WHERE tenant_id = haven.current_tenant() AND collection_id = ${collectionId} AND record_id = ${id} AND ${before}
    ORDER BY version DESC LIMIT 1
  ) AS version WHERE data IS NOT NULL`;
}
