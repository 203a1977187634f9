import { isEmptyFilter } from '@haven/query';

import type { RelatedQuery } from '../domain/related-records.js';
import { accessPath } from './access-path.js';
import { orderedEntriesSql } from './entries-sql.js';
import { isNatural, matchesByDocument, matchesByEntries } from './list-sql.js';
import { orderBySql } from './query-sql.js';
import type { RelationPath } from './relation-path.js';
import { RECORD_COLUMNS } from './record-rows.js';

/**
 * A referenced record with more referring records than this is popular. As many records at the head of the list are read
 * for all popular ones together.
 */
const POPULAR = 2_000;

/** The parts of the SQL for related records. */
interface RelationParts {
  readonly collectionId: number;
  readonly path: RelationPath;
  /** Condition that a row of `haven.live_records` is a match. */
  readonly condition: string;
  /** Table expression for the ids to which a record refers. */
  readonly links: string;
}

/** SQL for the records that refer to popular ones. */
export interface RelationPools {
  readonly tables: readonly string[];
  /** Queries for the found records. */
  readonly rows: readonly string[];
  /** Name of the table of referenced records for which all referring records have to be read. */
  readonly rest: string;
}

/** Records among which those that refer to popular ones are searched. */
interface Pool {
  readonly name: string;
  /** Selects the records, at most one more than `maximum`. */
  readonly text: string;
  readonly maximum: number;
  /** Table expression and condition for those that match the filter. */
  readonly matches: string;
  /** Whether the records are the first of the list; otherwise they are of use only if they are all. */
  readonly isHead: boolean;
}

/**
 * Returns SQL that finds the records that refer to popular ones, which may have any number of them, without reading them
 * all: first in the head of the list, then among the matches of the filter if these are few. Nothing of this is read if
 * no record is popular. Returns null if there is no such way.
 */
export function poolsSql(query: RelatedQuery, parts: RelationParts, values: unknown[]): RelationPools | null {
  const pools = [headOf(query, parts, values), matchesOf(query, parts, values)].filter((pool) => pool !== null);
  if (pools.length === 0) return null;
  const tables = [sizesSql(parts)];
  const rows: string[] = [];
  let candidates = 'popular';
  for (const pool of pools) {
    const { name, maximum, isHead } = pool;
    const isWhole = `(SELECT count(*) FROM ${name}) <= ${maximum}`;
    const isFull = `EXISTS (SELECT FROM ${name}_found AS f WHERE f.nr = p.nr AND f.place = ${query.limit})`;
    tables.push(
      `${name} AS MATERIALIZED (
  SELECT * FROM (${pool.text}) AS pool
  LIMIT CASE WHEN EXISTS (SELECT FROM ${candidates}) THEN ${maximum + 1} ELSE 0 END
)`,
      `${name}_found AS MATERIALIZED (
  SELECT * FROM (
    SELECT p.nr, ${RECORD_COLUMNS}, row_number() OVER (PARTITION BY p.nr ORDER BY ${orderBySql(query.sort)}) AS place
    FROM (SELECT ${RECORD_COLUMNS} FROM ${pool.matches}${isHead ? '' : ` WHERE ${isWhole}`}) AS live_records
    CROSS JOIN LATERAL ${parts.links} JOIN ${candidates} AS p ON p.parent_id = link.target
  ) AS ranked WHERE place <= ${query.limit}
)`,
      `${name}_rest AS MATERIALIZED (
  SELECT * FROM ${candidates} AS p WHERE NOT (${isWhole}${isHead ? ` OR ${isFull}` : ''})
)`,
    );
    rows.push(`SELECT nr, ${RECORD_COLUMNS} FROM ${name}_found WHERE nr NOT IN (SELECT nr FROM ${name}_rest)`);
    candidates = `${name}_rest`;
  }
  tables.push(
    `rest AS MATERIALIZED (SELECT * FROM size WHERE NOT many UNION ALL SELECT * FROM ${candidates} ORDER BY nr)`,
  );
  return { tables, rows, rest: 'rest' };
}

/** Counts the entries of each referenced record, as far as necessary to know whether it is popular. */
function sizesSql({ collectionId, path: { index } }: RelationParts): string {
  return `size AS MATERIALIZED (
  SELECT parent.*, (SELECT count(*) FROM (
    SELECT FROM haven.live_entries WHERE collection_id = ${collectionId} AND index_id = ${index.id}
      AND key >= parent.first AND key < parent.after LIMIT ${POPULAR + 1}
  ) AS e) > ${POPULAR} AS many FROM parent
), popular AS MATERIALIZED (SELECT * FROM size WHERE many)`;
}

/** The first records of the list, if there is a way to read them, and the entries of the reference have another order. */
function headOf(query: RelatedQuery, { collectionId, path, condition }: RelationParts, values: unknown[]): Pool | null {
  if (path.order) return null;
  const { filter, sort, indexes } = query;
  const { ordered } = accessPath(filter, sort, indexes);
  if (!ordered && !isNatural(sort)) return null;
  const limit = POPULAR + 1;
  const records = { columns: RECORD_COLUMNS, collectionId, condition: 'TRUE' };
  const text = ordered
    ? orderedEntriesSql(ordered, records, { sort, after: undefined, limit }, values)
    : `SELECT ${RECORD_COLUMNS} FROM haven.live_records WHERE collection_id = ${collectionId} ORDER BY ${orderBySql(sort)} LIMIT ${limit}`;
  const matches = `(SELECT * FROM head) AS live_records WHERE ${condition}`;
  return { name: 'head', text, maximum: POPULAR, matches, isHead: true };
}

/** The matches of the filter, if an index finds them. */
function matchesOf(query: RelatedQuery, { collectionId, condition }: RelationParts, values: unknown[]): Pool | null {
  const { filter, sort, indexes } = query;
  if (isEmptyFilter(filter)) return null;
  const { narrow } = accessPath(filter, sort, indexes);
  const records = { columns: RECORD_COLUMNS, collectionId, condition };
  const found = narrow ? matchesByEntries(narrow, records, values) : matchesByDocument(filter, records, values);
  if (!found) return null;
  return {
    name: 'matches',
    text: `${found.matches} LIMIT ${found.few + 1}`,
    maximum: found.few,
    matches: found.records,
    isHead: false,
  };
}
