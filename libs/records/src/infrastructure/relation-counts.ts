import type { Statement } from '@haven/database';

import type { RelatedSelection } from '../domain/related-records.js';
import { momentSql } from './moment-sql.js';
import { filterSql } from './query-sql.js';
import { relationPath } from './relation-path.js';
import { popularCountsSql } from './relation-pools.js';
import { childrenSql, linksSql, parentsSql } from './relation-sql.js';

/** Returns the statement that counts the records that refer to each of the given ones, in their order. */
export function relatedCountsSql(collectionId: number, ids: readonly string[], selection: RelatedSelection): Statement {
  const { filter, moment, member } = selection;
  const values: unknown[] = [];
  const path = relationPath(selection, ids);
  const parents = parentsSql(collectionId, member, ids, path, values);
  if (path?.isExact && !moment) {
    const text = `WITH ${parents}
SELECT (
  SELECT count(*) FROM haven.live_entries
  WHERE collection_id = ${collectionId} AND index_id = ${path.index.id} AND key >= parent.first AND key < parent.after
) FROM parent ORDER BY nr`;
    return { text, values };
  }
  const found = filterSql(filter, values);
  const past = moment && momentSql(collectionId, moment, values);
  const condition = past ? `${past.unchanged} AND ${found}` : found;
  const links = linksSql(member);
  const popular = path && popularCountsSql(selection, { collectionId, path, condition, links }, values);
  const from = popular ? 'size' : 'parent';
  const all = `(SELECT count(*) FROM ${childrenSql(collectionId, from, path, condition)})`;
  const changed = past
    ? [
        `changed AS MATERIALIZED (
  SELECT target, count(*) AS changes FROM (SELECT data FROM ${past.changed} WHERE ${found}) AS live_records
  CROSS JOIN LATERAL ${links} GROUP BY target
)`,
      ]
    : [];
  const text = `WITH ${[parents, ...(popular?.tables ?? []), ...changed].join(', ')}
SELECT ${popular ? `coalesce(${popular.count}, ${all})` : all}${past ? ' + coalesce(changes, 0)' : ''}
FROM ${from}${past ? ' LEFT JOIN changed ON target = parent_id' : ''} ORDER BY nr`;
  return { text, values };
}
