import type { Statement, TextRow } from '@haven/database';
import { isEmptyFilter, printSort } from '@haven/query';
import type { Filter, IndexRanges, Sort } from '@haven/query';

import type { FieldSelection, RecordQuery } from '../domain/record-reader.js';
import { accessPath, narrowestEntries } from './access-path.js';
import type { AccessPath, OrderedEntries } from './access-path.js';
import { containmentSql, isByContainment } from './containment-sql.js';
import { entriesSql, idsOfEntriesSql, orderedEntriesSql, recordOfEntry } from './entries-sql.js';
import type { RecordsOfEntries } from './entries-sql.js';
import { momentSql } from './moment-sql.js';
import { filterSql, keysetSql, orderBySql } from './query-sql.js';
import { RECORD_COLUMNS } from './record-rows.js';
import { conditionOfHits, hitsSql, isBySearch, recordsOfHits, searchAccess } from './search-access.js';
import type { SearchAccess } from './search-access.js';
import type { NumberSql } from './sql-text.js';

/**
 * Number of records that are read first in the order of a list. If many records match the filter, this fills the page,
 * and nothing else is read.
 */
const HEAD = 200;

/**
 * If at most this number of records satisfy a filter, all of them are read and then sorted. If there are more, the list
 * is instead read in its order, until the page is full.
 */
const FEW = 1_000;

/** The same, if only the index entries of the matches have to be read to find out whether they are few. */
const FEW_ENTRIES = 2_000;

/**
 * The same, if nothing else is tried in the same statement: it then takes no longer than a list without a filter, and
 * may share its connection with others.
 */
const FEW_AT_ONCE = 500;

/**
 * The same, if the matches are found by a search: the index of lexemes has all of their ids at once, and the search
 * documents of the records have to be read if the list is read in its order.
 */
const FEW_HITS = 5_000;

/** The first parameter of a list, so that the text does not depend on the collection. */
const COLLECTION = '$1::integer';

/** Returns the statement for one page of a list. */
export function listSql(columns: string, collectionId: number, query: RecordQuery): Statement {
  const { sort, limit, moment } = query;
  const values: unknown[] = [collectionId];
  const parts = partsOf(columns, COLLECTION, query, values);
  if (!moment) return { text: presentSql(query, parts, values), values, hasFixedPlan: hasFixedPlan(query, parts) };
  const { found, page } = parts;
  const { unchanged, changed } = momentSql(collectionId, moment, values);
  const text = `SELECT ${columns} FROM (
(${presentSql(query, { ...parts, found: `${unchanged} AND ${found}` }, values)})
UNION ALL
(${page(changed, found)})
) AS page ORDER BY ${orderBySql(sort)} LIMIT ${limit}`;
  return { text, values };
}

/**
 * Whether a list of current records is read in the same way whatever the values in the filter are. Other lists are
 * planned with their values.
 */
function hasFixedPlan({ filter, sort }: RecordQuery, { access }: PageParts): boolean {
  const { narrow, ordered, isContained } = access;
  if (isBySearch(filter)) return false;
  if (narrow || isContained) return ordered !== undefined || isNatural(sort);
  return ordered !== undefined && (ordered.entries.isNarrow || orderOfSystemField(filter) === undefined);
}

/**
 * Returns the statement for one page of a list, if it has only few matches and exactly these have index entries. If
 * they are not few, it returns a single row of nulls. Undefined if the matches are not found in this way.
 */
export function fewMatchesSql(collectionId: number, query: RecordQuery): Statement | undefined {
  if (query.moment || isBySearch(query.filter)) return undefined;
  const values: unknown[] = [collectionId];
  const parts = partsOf(RECORD_COLUMNS, COLLECTION, query, values);
  const { narrow } = parts.access;
  if (!narrow?.isExact) return undefined;
  const { columns } = parts;
  const matches = {
    ...matchesByEntries(narrow, { columns, collectionId: COLLECTION, condition: 'TRUE' }, values),
    few: FEW_AT_ONCE,
  };
  const inOrder = (gate: string): string => `SELECT ${columns.replaceAll(/\w+/g, 'NULL')} WHERE ${gate}`;
  return { text: stagesSql(parts, matches, { inOrder }), values, hasFixedPlan: true };
}

/** Whether the rows of the statement of `fewMatchesSql` say that the matches are not few. */
export function areMany([first, ...others]: readonly TextRow[]): boolean {
  return others.length === 0 && first?.[0] === null;
}

/**
 * Returns a query for one page of the current rows, in which a search is tested on each record, not found by its index.
 */
export function unsearchedSql(collectionId: number, query: RecordQuery, values: unknown[]): string {
  return indexedSql(query, partsOf(RECORD_COLUMNS, collectionId, query, values), values);
}

/** The parts of a page's SQL. */
interface PageParts {
  readonly columns: string;
  readonly collectionId: NumberSql;
  readonly access: AccessPath;
  /** Condition that a row of `haven.live_records` is a match. */
  readonly found: string;
  /** Returns the query for the page, given a table and a condition, or for more rows. */
  readonly page: (rows: string, condition: string, most?: number) => string;
}

function partsOf(
  columns: string,
  collectionId: NumberSql,
  { filter, sort, limit, after, indexes }: RecordQuery,
  values: unknown[],
): PageParts {
  const page = (rows: string, condition: string, most = limit) => {
    // The cursor's position comes first, because an index scan starts at the first bound it finds.
    const behind = after ? `${keysetSql(sort, after, values)} AND ` : '';
    return `SELECT ${columns} FROM ${rows} WHERE ${behind}${condition} ORDER BY ${orderBySql(sort)} LIMIT ${most}`;
  };
  let found: string | undefined;
  return {
    ...{ columns, collectionId, page, access: accessPath(filter, sort, indexes) },
    // PostgreSQL refuses a statement with a parameter that does not occur in it.
    get found() {
      return (found ??= filterSql(filter, values));
    },
  };
}

/**
 * Returns a query for one page of the current rows. How it reads them does not depend on the planner's estimates, which
 * are wrong for small collections beside large ones: if there is a way to find the matches and a way to read the list
 * in its order, the query tries one after the other.
 */
function presentSql(query: RecordQuery, parts: PageParts, values: unknown[]): string {
  const search = searchAccess(query.filter, values);
  return search ? searchedSql(search, query, parts, values) : indexedSql(query, parts, values);
}

/**
 * Returns a query for one page of the records that satisfy a search. It reads the head of the list if it can be read in
 * its order, which is enough if most records match. Then it finds the matches of the search; only if these are not few,
 * it reads the list as without the search, and looks up the search document of each record.
 */
function searchedSql(search: SearchAccess, query: RecordQuery, parts: PageParts, values: unknown[]): string {
  const { columns, collectionId, page } = parts;
  const records = { columns, collectionId, condition: conditionOfHits(query.filter, values) };
  const { narrow, ordered, isContained } = parts.access;
  const isOrdered = ordered !== undefined || isNatural(query.sort);
  if (!isOrdered && !narrow && !isContained) return page(recordsOfHits(search, records), 'TRUE');
  const matches = matchesBySearch(search, records);
  const unsearched = indexedSql(query, parts, values);
  const inOrder = (gate: string) => `SELECT ${columns} FROM (${unsearched}) AS unsearched WHERE ${gate}`;
  const head = isOrdered ? headSql(query, ordered, parts, values) : undefined;
  return stagesSql(parts, matches, { inOrder, ...(head && { head }) });
}

/** Returns a query for one page of the current rows, which are not found by a search. */
function indexedSql(query: RecordQuery, parts: PageParts, values: unknown[]): string {
  const { filter, sort, limit, after } = query;
  const { columns, collectionId, found, page } = parts;
  const { narrow, ordered, isContained } = parts.access;
  const records = { columns, collectionId, condition: found };
  const scope = `collection_id = ${collectionId}`;
  const inOrder = (gate: string): string =>
    ordered
      ? orderedEntriesSql(ordered, records, { sort, after, limit, gate }, values)
      : // COALESCE keeps the planner from using an index of system fields for the filter.
        page('haven.live_records', `${gate} AND ${scope} AND coalesce(${found}, FALSE)`);

  if (ordered?.entries.isNarrow && !narrow && !isContained) return inOrder('TRUE');
  if (!ordered && !isNatural(sort)) {
    if (narrow) return stagesSql(parts, matchesByEntries(narrow, records, values), { inOrder });
    const contained = containmentSql(filter, collectionId, values) ?? 'TRUE';
    return page('haven.live_records', `${contained} AND ${scope} AND ${found}`);
  }
  const matches = narrow ? matchesByEntries(narrow, records, values) : matchesByDocument(filter, records, values);
  if (!matches) return ordered ? inOrder('TRUE') : page('haven.live_records', `${scope} AND ${found}`);
  if (narrow?.isExact) return stagesSql(parts, matches, { inOrder }); // no record is read to count the matches
  return stagesSql(parts, matches, { inOrder, head: headSql(query, ordered, parts, values) });
}

/** Returns the head of a list that can be read in its order. */
function headSql(
  { sort, limit, after }: RecordQuery,
  ordered: OrderedEntries | undefined,
  { columns, collectionId, page }: PageParts,
  values: unknown[],
): Ordered['head'] {
  const records = { columns, collectionId, condition: 'TRUE' };
  const text = ordered
    ? orderedEntriesSql(ordered, records, { sort, after, limit: HEAD }, values)
    : page('haven.live_records', `collection_id = ${collectionId}`, HEAD);
  return { text, limit };
}

/** The matches of a filter, if they are few. */
export interface Matches {
  /** Selects the matches, or only their entries. */
  readonly matches: string;
  /** Number of rows up to which the matches are few. */
  readonly few: number;
  /** Table expression for the matches with all columns. */
  readonly records: string;
}

/** Finds matches by a search. */
export function matchesBySearch(search: SearchAccess, records: RecordsOfEntries): Matches {
  return {
    matches: hitsSql(search, FEW_HITS + 1),
    few: FEW_HITS,
    records: `matches AS e CROSS JOIN LATERAL ${recordOfEntry(records)}`,
  };
}

/** If exactly the matches have entries, reads only these before it is known whether they are few. */
export function matchesByEntries(entries: IndexRanges, records: RecordsOfEntries, values: unknown[]): Matches {
  if (!entries.isExact) {
    const matches = `SELECT ${records.columns} ${entriesSql(entries, records, values)}`;
    // A match with several entries is found, and counted, once for each of them.
    const once = '(SELECT DISTINCT ON (id) * FROM matches) AS matches';
    return { matches, few: FEW, records: entries.repeats ? once : 'matches' };
  }
  return {
    matches: idsOfEntriesSql(entries, records.collectionId, values),
    few: FEW_ENTRIES,
    records: `matches AS e CROSS JOIN LATERAL ${recordOfEntry(records)}`,
  };
}

/**
 * Finds matches by the index of all documents, or by an index of a system field; null if the filter has no condition
 * for which one of these is used. `live_documents` contains the same rows as `live_records`, and only the index of all
 * documents can be used for it. The order of a system field keeps PostgreSQL from reading the records of all tenants.
 */
export function matchesByDocument(
  filter: Filter,
  { columns, collectionId, condition }: RecordsOfEntries,
  values: unknown[],
): Matches | null {
  const contained = containmentSql(filter, collectionId, values);
  if (contained !== null) {
    // The condition may name the other view.
    const rows = `haven.live_documents AS live_records WHERE ${contained}`;
    return { matches: `SELECT ${columns} FROM ${rows} AND ${condition}`, few: FEW, records: 'matches' };
  }
  const order = orderOfSystemField(filter);
  if (order === undefined) return null;
  const found = `collection_id = ${collectionId} AND ${condition}`;
  const matches = `SELECT ${columns} FROM haven.live_records WHERE ${found} ORDER BY ${order}`;
  return { matches, few: FEW, records: 'matches' };
}

/** Returns the column by whose index PostgreSQL can find the matches of a filter. */
function orderOfSystemField(filter: Filter): string | undefined {
  if (filter.kind === 'and') return filter.parts.map(orderOfSystemField).find((order) => order !== undefined);
  if (filter.kind !== 'system') return undefined;
  return { id: 'id', version: undefined, createdAt: 'created_at, id', updatedAt: 'updated_at' }[filter.field];
}

/** How a list is read in its order. */
interface Ordered {
  /** Returns a query that reads the list in its order until the page is full, if the condition is true. */
  readonly inOrder: (gate: string) => string;
  /** Query for the first records of the list, whether they match or not, and the size of the page. */
  readonly head?: { readonly text: string; readonly limit: number };
}

/**
 * Returns a query that first reads the head of the list, if that is cheap. If the page is not full then, it reads the
 * matches and sorts them. If they are not few, it reads the list in its order until the page is full.
 */
function stagesSql(parts: PageParts, { matches, few, records }: Matches, { inOrder, head }: Ordered): string {
  const { columns, page } = parts;
  // The name of the view, because the condition may contain it.
  const first = head
    ? `head AS MATERIALIZED (
  ${head.text}
), first AS MATERIALIZED (
  SELECT ${columns} FROM (SELECT * FROM head) AS live_records WHERE ${parts.found} LIMIT ${head.limit}
), done AS MATERIALIZED (
  SELECT (SELECT count(*) FROM first) = ${head.limit} OR (SELECT count(*) FROM head) < ${HEAD} AS yes
), `
    : '';
  const isNotDone = head ? 'NOT (SELECT yes FROM done) AND ' : '';
  return `WITH ${first}matches AS MATERIALIZED (
  ${matches} LIMIT ${few + 1}
), size AS MATERIALIZED (SELECT count(*) > ${few} AS many FROM matches)
SELECT ${columns} FROM (
${head ? `(SELECT ${columns} FROM first WHERE (SELECT yes FROM done))\nUNION ALL` : ''}
(${page(records, `${isNotDone}NOT (SELECT many FROM size)`)})
UNION ALL
(${inOrder(`${isNotDone}(SELECT many FROM size)`)})
) AS page`;
}

/** Whether PostgreSQL reads a collection in this order by an index of system fields. */
export function isNatural(sort: Sort): boolean {
  return /^-?\$(id|createdAt)$/.test(printSort(sort));
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
    isBySearch(filter) ||
    parts.some(({ kind }) => kind === 'system') ||
    narrowestEntries(filter, indexes) !== undefined
  );
}
