import { isEmptyFilter } from '@haven/query';
import type { Filter, IndexRanges } from '@haven/query';

import type { RelatedQuery, RelatedSelection } from '../domain/related-records.js';
import { accessPath, narrowestEntries } from './access-path.js';
import { orderedEntriesSql } from './entries-sql.js';
import { isNatural, matchesByDocument, matchesByEntries, matchesBySearch } from './list-sql.js';
import { orderBySql } from './query-sql.js';
import type { RelationPath } from './relation-path.js';
import { RECORD_COLUMNS } from './record-rows.js';
import { conditionOfHits, searchAccess } from './search-access.js';

/**
 * A referenced record with more referring records than this is popular. As many records at the head of the list are
 * read for all popular ones together.
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
 * Returns SQL that finds the records that refer to popular ones, of which there may be any number, without reading all
 * of them: first in the head of the list, then among the matches of the filter if these are few. Nothing of this is
 * read if no record is popular. Returns null if there is no such way.
 */
export function poolsSql(query: RelatedQuery, parts: RelationParts, values: unknown[]): RelationPools | null {
  const { filter, sort, indexes, limit } = query;
  const { narrow } = accessPath(filter, sort, indexes);
  const pools = [headOf(query, parts, values), matchesOf(filter, narrow, parts, values)].filter(
    (pool) => pool !== null,
  );
  if (pools.length === 0) return null;
  const tables = [sizesSql(parts)];
  const rows: string[] = [];
  let candidates = 'popular';
  for (const pool of pools) {
    const { name, isHead } = pool;
    const isFull = `EXISTS (SELECT FROM ${name}_found AS f WHERE f.nr = p.nr AND f.place = ${limit})`;
    tables.push(
      poolSql(pool, candidates),
      `${name}_found AS MATERIALIZED (
  SELECT * FROM (
    SELECT p.nr, ${RECORD_COLUMNS}, row_number() OVER (PARTITION BY p.nr ORDER BY ${orderBySql(sort)}) AS place
    FROM ${matchesSql(pool, parts.links, candidates)}
  ) AS ranked WHERE place <= ${limit}
)`,
      `${name}_rest AS MATERIALIZED (
  SELECT * FROM ${candidates} AS p WHERE NOT (${isWhole(pool)}${isHead ? ` OR ${isFull}` : ''})
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

/** SQL that counts the records that refer to popular ones. */
interface PopularCounts {
  readonly tables: readonly string[];
  /** Expression for the count of a row of `size`, which is null if all records that refer to it have to be counted. */
  readonly count: string;
}

/** Returns SQL that counts the records that refer to popular ones among the matches of the filter, if these are few. */
export function popularCountsSql(
  { filter, indexes }: RelatedSelection,
  parts: RelationParts,
  values: unknown[],
): PopularCounts | null {
  const pool = matchesOf(filter, narrowestEntries(filter, indexes), parts, values);
  if (!pool) return null;
  const found = `found AS MATERIALIZED (
  SELECT p.nr, count(*) AS matches FROM ${matchesSql(pool, parts.links, 'popular')} GROUP BY p.nr
)`;
  const count = `CASE WHEN size.many AND ${isWhole(pool)}
  THEN coalesce((SELECT found.matches FROM found WHERE found.nr = size.nr), 0) END`;
  return { tables: [sizesSql(parts), poolSql(pool, 'popular'), found], count };
}

/** Returns the table of a pool, which is read only if there are candidates. */
function poolSql({ name, text, maximum }: Pool, candidates: string): string {
  return `${name} AS MATERIALIZED (
  SELECT * FROM (${text}) AS pool
  LIMIT CASE WHEN EXISTS (SELECT FROM ${candidates}) THEN ${maximum + 1} ELSE 0 END
)`;
}

/** Returns a table expression for the records of a pool that match the filter and refer to the candidate `p`. */
function matchesSql(pool: Pool, links: string, candidates: string): string {
  return `(SELECT ${RECORD_COLUMNS} FROM ${pool.matches}${pool.isHead ? '' : ` WHERE ${isWhole(pool)}`}) AS live_records
    CROSS JOIN LATERAL ${links} JOIN ${candidates} AS p ON p.parent_id = link.target`;
}

/** Returns the condition that a pool contains all records that could be in it. */
function isWhole({ name, maximum }: Pool): string {
  return `(SELECT count(*) FROM ${name}) <= ${maximum}`;
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

/** The first records of the list, if they can be read in its order and the entries of the reference cannot. */
function headOf(query: RelatedQuery, { collectionId, path, condition }: RelationParts, values: unknown[]): Pool | null {
  if (path.order) return null;
  const { filter, sort, indexes } = query;
  const { ordered } = accessPath(filter, sort, indexes);
  if (!ordered && !isNatural(sort)) return null;
  const limit = POPULAR + 1;
  const records = { columns: RECORD_COLUMNS, collectionId, condition: 'TRUE' };
  const text = ordered
    ? orderedEntriesSql(ordered, records, { sort, after: undefined, limit }, values)
    : `SELECT ${RECORD_COLUMNS} FROM haven.live_records WHERE collection_id = ${collectionId}
    ORDER BY ${orderBySql(sort)} LIMIT ${limit}`;
  const matches = `(SELECT * FROM head) AS live_records WHERE ${condition}`;
  return { name: 'head', text, maximum: POPULAR, matches, isHead: true };
}

/** The matches of the filter, if an index finds them. */
function matchesOf(
  filter: Filter,
  narrow: IndexRanges | undefined,
  { collectionId, condition }: RelationParts,
  values: unknown[],
): Pool | null {
  if (isEmptyFilter(filter)) return null;
  const records = { columns: RECORD_COLUMNS, collectionId, condition };
  const search = searchAccess(filter, values);
  const found = search
    ? matchesBySearch(search, { ...records, condition: conditionOfHits(filter, values) })
    : narrow
      ? matchesByEntries(narrow, records, values)
      : matchesByDocument(filter, records, values);
  if (!found) return null;
  const { matches: text, few, records: matches } = found;
  return { name: 'matches', text: `${text} LIMIT ${few + 1}`, maximum: few, matches, isHead: false };
}
