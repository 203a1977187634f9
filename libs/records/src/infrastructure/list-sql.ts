import type { Statement } from '@haven/database';
import { RANGE_OPERATORS, printField, printPath, printSort } from '@haven/query';
import type { Condition, Filter, FieldPath, Sort } from '@haven/query';

import type { RecordQuery } from '../domain/record-reader.js';
import { momentSql } from './moment-sql.js';
import { filterSql, keysetSql, orderBySql } from './query-sql.js';

/** Matches of a range that are sorted; with more, the list's own order is walked until the page is full. */
const FEW = 1000;

/**
 * PostgreSQL estimates containment by testing the value against 100 to 200 sampled documents. A value that only one record
 * has seems to be in one of 100 if that record was sampled, and walking the list until a page is full seems cheapest. The
 * statement is planned for this many pages, so that the walk has to be cheaper by far. Beyond 81 pages it is not, in a list
 * of a million; many more would keep it from values that one record in twenty has. No more than one page is read, for rows
 * come as they are asked for.
 */
const PLANNED_PAGES = 120;

/**
 * One page of a collection as a statement. The collection's number stands in the text, so that its partial indexes are
 * recognised.
 */
export function listSql(columns: string, collectionId: number, query: RecordQuery): Statement {
  const { filter, sort, limit, after, moment } = query;
  const values: unknown[] = [];
  const found = filterSql(filter, values);
  // The place goes first: of the bounds an index scan may start at, it takes the first.
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

/** What a page is made of: which rows there are for it, which of them the filter finds, and a page of such rows. */
interface PageParts {
  readonly scope: string;
  readonly found: string;
  readonly page: (rows: string, condition: string) => string;
}

/** One page of the rows as they are. */
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
  // PostgreSQL has no statistics of a partial index's expressions and guesses how much of it a range takes. So the range's
  // index is asked first. COALESCE keeps the planner from using that index when it is the list's order that is walked.
  return `WITH matches AS MATERIALIZED (
  SELECT ${columns} FROM haven.live_records WHERE ${scope} AND ${found}
  ORDER BY ${orderBySql([{ field: { path: range }, direction: 'ascending' }])} LIMIT ${FEW + 1}
), size AS MATERIALIZED (SELECT count(*) > ${FEW} AS many FROM matches)
(${page('matches', 'NOT (SELECT many FROM size)')})
UNION ALL
(${page('haven.live_records', `(SELECT many FROM size) AND ${scope} AND coalesce(${found}, FALSE)`)})`;
}

/** Whether a list is all of a collection as it is, in the order of time, either way: what most ask for, and one index serves. */
export function isByTime({ filter, sort, moment }: RecordQuery): boolean {
  const isAll = filter.kind === 'and' && filter.parts.length === 0;
  return isAll && !moment && /^-?\$createdAt$/.test(printSort(sort));
}

/**
 * Such a list as one text for every collection, with the limit in it for the planner to know. Prepared are the round sizes
 * that people choose, of one row more than the page; each size there is would leave a statement on each connection.
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

/** Whether the planner sees nothing but containment in what the filter asks; it takes equality of arrays and objects for rarer than it is. */
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

/** The member with a declared index of which the filter takes a range, in a list that goes by something else. */
function rangeBesideOrder(filter: Filter, sort: Sort, indexed: readonly string[]): FieldPath | undefined {
  const paths = rangesIn(filter).filter((path) => indexed.includes(printPath(path)));
  const order = sort[0] && printField(sort[0].field);
  return paths.some((path) => printPath(path) === order) ? undefined : paths[0];
}

/** The members of which a range must hold: those under AND. */
function rangesIn(filter: Filter): FieldPath[] {
  if (filter.kind === 'and') return filter.parts.flatMap(rangesIn);
  return filter.kind === 'data' && RANGE_OPERATORS.has(filter.condition.operator) ? [filter.path] : [];
}
