import type { Statement } from '@haven/database';
import { isEmptyFilter, RANGE_OPERATORS, printField, printPath, printSort } from '@haven/query';
import type { Condition, Filter, FieldPath, Sort } from '@haven/query';

import type { RecordQuery } from '../domain/record-reader.js';
import { momentSql } from './moment-sql.js';
import { filterSql, keysetSql, orderBySql } from './query-sql.js';

/**
 * If at most this number of records satisfy a range condition, all of them are read and then sorted. If there are more,
 * the list is instead read through the index of its sort order, until the page is full.
 */
const FEW = 1000;

/**
 * Number of pages that the SQL of a list with a containment filter asks for, so that the planner chooses a good plan.
 * Only one page is read in any case, because rows are produced on demand.
 *
 * PostgreSQL estimates containment by testing the value against 100 to 200 sampled documents. If only one record has
 * the value and that record happens to be in the sample, PostgreSQL estimates that one record in 100 has it. Reading
 * the list in its sort order until a page is full then seems cheapest, although it would read most of the list. If the
 * query asks for more pages, the planner chooses that plan only if it seems much cheaper. In a list of a million
 * records, more than 81 pages are needed to avoid the plan. With far more pages, the planner would avoid it even for a
 * value that one record in twenty has, for which it is the right plan.
 */
const PLANNED_PAGES = 120;

/**
 * Returns the statement for one page of a list. The collection's number is a literal, so that the planner can use the
 * collection's partial indexes.
 */
export function listSql(columns: string, collectionId: number, query: RecordQuery): Statement {
  const { filter, sort, limit, after, moment } = query;
  const values: unknown[] = [];
  const found = filterSql(filter, values);
  // The cursor's position comes first, because an index scan starts at the first bound it finds.
  const behind = after ? `${keysetSql(sort, after, values)} AND ` : '';
  const window = `ORDER BY ${orderBySql(sort)} LIMIT ${limit}`;
  const page = (rows: string, condition: string) =>
    `SELECT ${columns} FROM ${rows} WHERE ${behind}${condition} ${window}`;
  const inCollection = `collection_id = ${collectionId}`;
  if (!moment) return { text: presentSql(columns, query, { scope: inCollection, found, page }), values };
  const { unchanged, changed } = momentSql(collectionId, moment, values);
  const text = `SELECT ${columns} FROM (
(${presentSql(columns, query, { scope: `${inCollection} AND ${unchanged}`, found, page })})
UNION ALL
(${page(changed, found)})
) AS page ${window}`;
  return { text, values };
}

/** The parts of a page's SQL. */
interface PageParts {
  /** Condition for the rows of the collection. */
  readonly scope: string;
  /** Condition of the filter. */
  readonly found: string;
  /** Returns the query for the page, given a table and a condition. */
  readonly page: (rows: string, condition: string) => string;
}

/** Returns a query for one page of the current rows. */
function presentSql(
  columns: string,
  { filter, sort, limit, indexed }: RecordQuery,
  { scope, found, page }: PageParts,
): string {
  const range = rangeBesideOrder(filter, sort, indexed);
  if (!range) {
    const text = page('haven.live_records', `${scope} AND ${found}`);
    if (!isByContainment(filter)) return text;
    return `WITH pages AS MATERIALIZED (${text} * ${PLANNED_PAGES}) SELECT ${columns} FROM pages LIMIT ${limit}`;
  }
  // PostgreSQL has no statistics for the expressions of a partial index, and can only guess the size of a range. So the
  // query first reads up to FEW + 1 rows through the index on the member with the range condition. If there are more
  // than FEW, the list is read in its sort order; COALESCE keeps the planner from using the first index for that too.
  return `WITH matches AS MATERIALIZED (
  SELECT ${columns} FROM haven.live_records WHERE ${scope} AND ${found}
  ORDER BY ${orderBySql([{ field: { path: range }, direction: 'ascending' }])} LIMIT ${FEW + 1}
), size AS MATERIALIZED (SELECT count(*) > ${FEW} AS many FROM matches)
(${page('matches', 'NOT (SELECT many FROM size)')})
UNION ALL
(${page('haven.live_records', `(SELECT many FROM size) AND ${scope} AND coalesce(${found}, FALSE)`)})`;
}

/**
 * Whether a list contains the whole current collection, sorted by creation time in either direction. Most lists do, and
 * a single index serves all of them.
 */
export function isByTime({ filter, sort, moment }: RecordQuery): boolean {
  return isEmptyFilter(filter) && !moment && /^-?\$createdAt$/.test(printSort(sort));
}

/**
 * Returns the statement for a list that satisfies `isByTime`. Its text is the same for all collections, and contains
 * the limit so that the planner knows it. Only statements for common page sizes are prepared: multiples of 10, plus the
 * one extra row that is read. Otherwise each connection would accumulate a prepared statement for every size.
 */
export function listByTime(columns: string, collectionId: number, { sort, limit, after }: RecordQuery): Statement {
  const values: unknown[] = [collectionId];
  const behind = after ? `${keysetSql(sort, after, values)} AND ` : '';
  const isRound = limit % 10 === 1;
  return {
    ...(isRound && { name: `records.byTime.${printSort(sort)}.${after ? 'after.' : ''}${limit}` }),
    text: `SELECT ${columns} FROM haven.live_records WHERE ${behind}collection_id = $1 ORDER BY ${orderBySql(sort)} LIMIT ${limit}`,
    values,
  };
}

/**
 * Whether an index can find the matches of a filter, so that it is worthwhile to find them before the records are
 * read in the order of their ids.
 */
export function mayUseIndex(filter: Filter, indexed: readonly string[]): boolean {
  const parts = filter.kind === 'and' ? filter.parts : [filter];
  return (
    isByContainment(filter) ||
    parts.some(({ kind }) => kind === 'system') ||
    rangesIn(filter).some((path) => indexed.includes(printPath(path)))
  );
}

/**
 * Whether the planner estimates the number of matches by testing containment. False for equality with arrays and
 * objects: there the planner underestimates the number of matches, rather than overestimating it.
 */
function isByContainment(filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.parts.some(isByContainment);
    case 'or':
      return filter.parts.length > 0 && filter.parts.every(isByContainment);
    case 'data':
      return isContainment(filter.condition);
    default:
      return false;
  }
}

function isContainment({ operator, operand }: Condition): boolean {
  if (operator === '_contains') return true;
  const operands = operator === '_in' ? operand : [operand];
  return (operator === '_eq' || operator === '_in') && operands.every((one) => typeof one !== 'object' || one === null);
}

/**
 * Returns the first indexed member on which the filter has a range condition. Returns undefined if there is none, or if
 * the list is sorted by such a member.
 */
function rangeBesideOrder(filter: Filter, sort: Sort, indexed: readonly string[]): FieldPath | undefined {
  const paths = rangesIn(filter).filter((path) => indexed.includes(printPath(path)));
  const order = sort[0] && printField(sort[0].field);
  return paths.some((path) => printPath(path) === order) ? undefined : paths[0];
}

/** Returns the members with a range condition that every result must satisfy, that is, those under AND. */
function rangesIn(filter: Filter): FieldPath[] {
  if (filter.kind === 'and') return filter.parts.flatMap(rangesIn);
  return filter.kind === 'data' && RANGE_OPERATORS.has(filter.condition.operator) ? [filter.path] : [];
}
