import type { Statement } from '@haven/database';
import { isEmptyFilter, printSort } from '@haven/query';
import type { Filter, IndexRanges } from '@haven/query';

import type { FieldSelection, RecordQuery } from '../domain/record-reader.js';
import { accessPath, narrowestEntries } from './access-path.js';
import { containmentSql, isByContainment } from './containment-sql.js';
import { entriesSql, idsOfEntriesSql, orderedEntriesSql, recordOfEntry } from './entries-sql.js';
import type { RecordsOfEntries } from './entries-sql.js';
import { momentSql } from './moment-sql.js';
import { filterSql, keysetSql, orderBySql } from './query-sql.js';

/**
 * If at most this number of records satisfy a filter, all of them are read and then sorted. If there are more, the list
 * is instead read in its order, until the page is full.
 */
const FEW = 1_000;

/** The same, if only the index entries of the matches have to be read to find out whether they are few. */
const FEW_ENTRIES = 2_000;

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

/** Returns the statement for one page of a list. */
export function listSql(columns: string, collectionId: number, query: RecordQuery): Statement {
  const { filter, sort, limit, after, moment } = query;
  const values: unknown[] = [];
  const found = filterSql(filter, values);
  const window = `ORDER BY ${orderBySql(sort)} LIMIT ${limit}`;
  const page = (rows: string, condition: string) => {
    // The cursor's position comes first, because an index scan starts at the first bound it finds.
    const behind = after ? `${keysetSql(sort, after, values)} AND ` : '';
    return `SELECT ${columns} FROM ${rows} WHERE ${behind}${condition} ${window}`;
  };
  const parts = { columns, collectionId, found, page };
  if (!moment) return { text: presentSql(query, parts, values), values };
  const { unchanged, changed } = momentSql(collectionId, moment, values);
  const text = `SELECT ${columns} FROM (
(${presentSql(query, { ...parts, found: `${unchanged} AND ${found}` }, values)})
UNION ALL
(${page(changed, found)})
) AS page ${window}`;
  return { text, values };
}

/** The parts of a page's SQL. */
interface PageParts {
  readonly columns: string;
  readonly collectionId: number;
  /** Condition that a row of `haven.live_records` is a match. */
  readonly found: string;
  /** Returns the query for the page, given a table and a condition. */
  readonly page: (rows: string, condition: string) => string;
}

/** Returns a query for one page of the current rows. */
function presentSql(query: RecordQuery, parts: PageParts, values: unknown[]): string {
  const { filter, sort, limit, after, indexes } = query;
  const { columns, collectionId, found, page } = parts;
  const { narrow, ordered, isContained } = accessPath(filter, sort, indexes);
  const records = { columns, collectionId, condition: found };
  const scope = `collection_id = ${collectionId}`;
  if (narrow) return fewOrInOrder(parts, matchesByEntries(narrow, records, values), inOrder);
  if (ordered?.entries.isNarrow && !isContained) return inOrder();
  const contained = containmentSql(filter, collectionId, values) ?? 'TRUE';
  const rows = `${contained} AND ${scope} AND ${found}`;
  if (ordered && (contained !== 'TRUE' || isBySystemField(filter))) {
    const matches = `SELECT ${columns} FROM haven.live_records WHERE ${rows}`;
    return fewOrInOrder(parts, { matches, few: FEW, records: 'matches' }, inOrder);
  }
  if (ordered) return inOrder();
  const text = page('haven.live_records', rows);
  if (contained === 'TRUE') return text;
  return `WITH pages AS MATERIALIZED (${text} * ${PLANNED_PAGES}) SELECT ${columns} FROM pages LIMIT ${limit}`;

  /** Returns a query that reads the list in its order until the page is full, if `gate` is true. */
  function inOrder(gate = 'TRUE'): string {
    if (ordered) return orderedEntriesSql(ordered, records, { sort, after, limit, gate }, values);
    // COALESCE keeps the planner from using an index for the filter.
    return page('haven.live_records', `${gate} AND ${scope} AND coalesce(${found}, FALSE)`);
  }
}

/** The matches of a filter, if they are few. */
interface Matches {
  /** Selects the matches, or only their entries. */
  readonly matches: string;
  /** Number of rows up to which the matches are few. */
  readonly few: number;
  /** Table expression for the matches with all columns. */
  readonly records: string;
}

/** If exactly the matches have entries, reads only these before it is known whether they are few. */
function matchesByEntries(entries: IndexRanges, records: RecordsOfEntries, values: unknown[]): Matches {
  if (!entries.isExact) {
    return {
      matches: `SELECT ${records.columns} ${entriesSql(entries, records, values)}`,
      few: FEW,
      records: 'matches',
    };
  }
  return {
    matches: idsOfEntriesSql(entries, records.collectionId, values),
    few: FEW_ENTRIES,
    records: `matches AS e CROSS JOIN LATERAL ${recordOfEntry(records)}`,
  };
}

/**
 * Returns a query that reads the matches and sorts them. If they are not few, it reads the list in its order instead:
 * then the page is full soon.
 */
function fewOrInOrder(
  { columns, page }: PageParts,
  { matches, few, records }: Matches,
  inOrder: (gate: string) => string,
): string {
  return `WITH matches AS MATERIALIZED (
  ${matches} LIMIT ${few + 1}
), size AS MATERIALIZED (SELECT count(*) > ${few} AS many FROM matches)
SELECT ${columns} FROM (
(${page(records, 'NOT (SELECT many FROM size)')})
UNION ALL
(${inOrder('(SELECT many FROM size)')})
) AS page`;
}

/** Whether an index of system fields finds the matches of a filter. */
function isBySystemField(filter: Filter): boolean {
  if (filter.kind === 'and') return filter.parts.some(isBySystemField);
  return filter.kind === 'system' && filter.field !== 'version';
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
export function mayUseIndex({ filter, indexes }: FieldSelection): boolean {
  const parts = filter.kind === 'and' ? filter.parts : [filter];
  return (
    isByContainment(filter) ||
    parts.some(({ kind }) => kind === 'system') ||
    narrowestEntries(filter, indexes) !== undefined
  );
}
