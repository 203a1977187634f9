import type { Statement } from '@haven/database';
import { RANGE_OPERATORS, printField, printPath, printSort } from '@haven/query';
import type { Condition, Filter, FieldPath, Sort } from '@haven/query';

import type { RecordQuery } from '../domain/record-reader.js';
import { momentSql } from './moment-sql.js';
import { filterSql, keysetSql, orderBySql } from './query-sql.js';

/**
 * Maximum number of matches of a range that are sorted. With more, the index of the list's order is read until the page
 * is full.
 */
const FEW = 1000;

/**
 * Number of pages for which a list with containment is planned. PostgreSQL estimates containment by testing the value
 * against 100 to 200 sampled documents. A value that only one record has is estimated to be in one of 100 records if
 * that record was sampled, so reading the list in its order until a page is full seems cheapest. With a larger limit,
 * the planner does that only if it is much cheaper. In a list of a million records, this needs more than 81 pages; with
 * many more, the planner would not do it even for values that one record in twenty has. Only one page is read in any
 * case, because rows are produced on demand.
 */
const PLANNED_PAGES = 120;

/**
 * Returns the statement for one page of a list. The collection's number is a literal, so that the planner uses the
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
  /** Returns a query for the page from a table and a condition. */
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
  // PostgreSQL has no statistics for the expressions of a partial index and guesses the size of a range. So the query
  // first reads up to FEW + 1 rows from the range's index. COALESCE keeps the planner from using that index when the
  // list is read in its order.
  return `WITH matches AS MATERIALIZED (
  SELECT ${columns} FROM haven.live_records WHERE ${scope} AND ${found}
  ORDER BY ${orderBySql([{ field: { path: range }, direction: 'ascending' }])} LIMIT ${FEW + 1}
), size AS MATERIALIZED (SELECT count(*) > ${FEW} AS many FROM matches)
(${page('matches', 'NOT (SELECT many FROM size)')})
UNION ALL
(${page('haven.live_records', `(SELECT many FROM size) AND ${scope} AND coalesce(${found}, FALSE)`)})`;
}

/**
 * Whether a list is the whole current collection by creation time, ascending or descending. Most lists are, and one
 * index serves it.
 */
export function isByTime({ filter, sort, moment }: RecordQuery): boolean {
  const isAll = filter.kind === 'and' && filter.parts.length === 0;
  return isAll && !moment && /^-?\$createdAt$/.test(printSort(sort));
}

/**
 * Returns the statement for such a list. Its text is the same for all collections, and contains the limit so that the
 * planner knows it. Only common page sizes are prepared (multiples of 10, plus the extra row that is read): a prepared
 * statement for every size would accumulate on each connection.
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
 * Whether the planner estimates the filter only by containment. It underestimates the number of matches of equality
 * with arrays and objects, so that is excluded.
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
 * Returns the first indexed member of which the filter requires a range, unless the list is sorted by such a member.
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
