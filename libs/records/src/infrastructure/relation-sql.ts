import type { Statement } from '@haven/database';

import type { RelatedQuery, RelatingMember } from '../domain/related-records.js';
import { documentWith } from './containment-sql.js';
import { isDeclared, recordOfEntry } from './entries-sql.js';
import { momentSql } from './moment-sql.js';
import { filterSql, orderBySql } from './query-sql.js';
import { RECORD_COLUMNS } from './record-rows.js';
import { relationPath } from './relation-path.js';
import type { RelationPath } from './relation-path.js';
import { poolsSql } from './relation-pools.js';
import { pathSql } from './sort-functions.js';
import { bind } from './sql-text.js';

/**
 * Returns the statement for the first records that refer to each of the given ones. Its rows have the place of the
 * referenced record in `ids` (from 1), the columns of `RECORD_COLUMNS`, and whether the documents up to this one have
 * at most `maxBytes` together; the document of one that does not is left out.
 *
 * The referring records of each one are found by the entries of an index, never by reading the collection. If a record
 * has very many of them, others are tried before: see `poolsSql`.
 */
export function relatedSql(collectionId: number, ids: readonly string[], query: RelatedQuery): Statement {
  const { filter, sort, limit, moment, member, maxBytes } = query;
  const values: unknown[] = [];
  const path = relationPath(query, ids, sort);
  const parents = parentsSql(collectionId, member, ids, path, values);
  const found = filterSql(filter, values);
  const past = moment && momentSql(collectionId, moment, values);
  const condition = past ? `${past.unchanged} AND ${found}` : found;
  const order = orderBySql(sort);
  const pools = path && poolsSql(query, { collectionId, path, condition, links: linksSql(member) }, values);
  const rest = pools?.rest ?? 'parent';
  const rows = [
    ...(pools?.rows ?? []),
    `SELECT ${rest}.nr, ${RECORD_COLUMNS} FROM ${rest} CROSS JOIN LATERAL (
  SELECT ${RECORD_COLUMNS} FROM ${childrenSql(collectionId, rest, path, condition)}
  ORDER BY ${path?.order ? entryOrder(path.order, order) : order} LIMIT ${limit}
) AS child`,
    ...(past
      ? [
          `SELECT parent.nr, ${RECORD_COLUMNS}
FROM (SELECT ${RECORD_COLUMNS} FROM ${past.changed} WHERE ${found}) AS live_records
CROSS JOIN LATERAL ${linksSql(member)} JOIN parent ON parent.parent_id = link.target`,
        ]
      : []),
  ];
  const fits = `bytes <= ${bind(values, maxBytes, 'bigint')}`;
  const text = `WITH ${[parents, ...(pools?.tables ?? [])].join(', ')}
SELECT nr, id, version, CASE WHEN ${fits} THEN document END, created_at, updated_at, ${fits} FROM (
  SELECT *, sum(octet_length(document)) OVER (ORDER BY nr, place ROWS UNBOUNDED PRECEDING) AS bytes FROM (
    SELECT nr, place, id, version, data::text AS document, created_at, updated_at FROM (
      SELECT *, row_number() OVER (PARTITION BY nr ORDER BY ${order}) AS place FROM (
${rows.join('\nUNION ALL\n')}
      ) AS live_records
    ) AS placed WHERE place <= ${limit} OFFSET 0
  ) AS printed
) AS measured ORDER BY nr, place`;
  return { text, values };
}

/**
 * Returns a table of the referenced records, each with its range of keys, or with a document that refers to it. Fails
 * the statement if the index is no longer declared, also because the collection was deleted.
 */
export function parentsSql(
  collectionId: number,
  member: RelatingMember,
  ids: readonly string[],
  path: RelationPath | null,
  values: unknown[],
): string {
  const targets = bind(values, ids, 'text[]');
  if (!path) {
    const documents = ids.map((id) => JSON.stringify(documentWith(member.path, member.isList ? [id] : id)));
    return `parent AS MATERIALIZED (
  SELECT * FROM unnest(${targets}, ${bind(values, documents, 'jsonb[]')})
    WITH ORDINALITY AS given (parent_id, document, nr)
)`;
  }
  const [starts, ends] = [path.ranges.map(({ start }) => start), path.ranges.map(({ end }) => end)];
  const keys = `${bind(values, starts, 'bytea[]')}, ${bind(values, ends, 'bytea[]')}`;
  return `parent AS MATERIALIZED (
  SELECT * FROM unnest(${targets}, ${keys}) WITH ORDINALITY AS given (parent_id, first, after, nr)
  WHERE ${isDeclared(collectionId, path.index.id, values)}
)`;
}

/**
 * Returns a table expression for the records that refer to the one of the row `parent`. Without an index, they are
 * found by the index of all documents. OFFSET 0 keeps the planner from reading the collection in the order of the list.
 */
export function childrenSql(
  collectionId: number,
  parent: string,
  path: RelationPath | null,
  condition: string,
): string {
  if (!path)
    return `(
    SELECT ${RECORD_COLUMNS} FROM haven.live_records
    WHERE scoped_data @> jsonb_build_object(haven.current_tenant()::text || '/${collectionId}', ${parent}.document)
      AND collection_id = ${collectionId} AND ${condition} OFFSET 0
  ) AS live_records`;
  const records = recordOfEntry({ columns: RECORD_COLUMNS, collectionId, condition });
  return `(
    SELECT key, record_id FROM haven.live_entries
    WHERE collection_id = ${collectionId} AND index_id = ${path.index.id}
      AND key >= ${parent}.first AND key < ${parent}.after
  ) AS e CROSS JOIN LATERAL ${records}`;
}

function entryOrder({ direction, isTotal }: NonNullable<RelationPath['order']>, order: string): string {
  const word = direction === 'ascending' ? 'ASC' : 'DESC';
  return `e.key ${word}, ${isTotal ? `e.record_id ${word}` : order}`;
}

/** Returns a table expression for the ids to which a record refers. */
export function linksSql({ path, isList }: RelatingMember): string {
  const value = pathSql(path);
  if (!isList) return `(SELECT ${value} #>> '{}' AS target) AS link`;
  return `(
  SELECT DISTINCT target
  FROM jsonb_array_elements_text(CASE jsonb_typeof(${value}) WHEN 'array' THEN ${value} ELSE '[]' END) AS target
) AS link`;
}
