import type { IndexRanges, Position, Sort } from '@haven/query';

import type { OrderedEntries } from './access-path.js';
import { keysetSql, orderBySql } from './query-sql.js';
import { bind } from './sql-text.js';
import type { NumberSql } from './sql-text.js';

/**
 * SQL for reading records by the entries of an index. The shape of the plans is fixed: entries are read in the order of
 * the B-tree, and the record of each entry is looked up by its key. With LATERAL and OFFSET 0, PostgreSQL cannot choose
 * another way, such as reading all records of the collection because its statistics are out of date.
 */

/** The records to which entries lead. */
export interface RecordsOfEntries {
  readonly columns: string;
  readonly collectionId: NumberSql;
  /** Condition on the columns of `haven.live_records`. */
  readonly condition: string;
}

/** Returns FROM and WHERE for the records with entries in the ranges of an index, as `r`. */
export function entriesSql(entries: IndexRanges, records: RecordsOfEntries, params: unknown[]): string {
  const { collectionId } = records;
  return `FROM ${rangesSql(entries, collectionId, params)} CROSS JOIN LATERAL ${recordOfEntry(records)}
  WHERE ${isDeclared(collectionId, entries.index.id, params)}`;
}

/** Returns the record of an entry `e`, as `r`, if it satisfies the condition. */
export function recordOfEntry({ columns, collectionId, condition }: RecordsOfEntries): string {
  return `(
    SELECT ${columns} FROM haven.live_records
    WHERE collection_id = ${collectionId} AND id = e.record_id AND ${condition} OFFSET 0
  ) AS r`;
}

/** Returns the entries in the ranges of an index, as `e`. An entry occurs once, because ranges do not overlap. */
export function rangesSql({ index, ranges }: IndexRanges, collectionId: NumberSql, params: unknown[]): string {
  const scope = `collection_id = ${collectionId} AND index_id = ${bind(params, index.id, 'integer')}`;
  const [only, second] = ranges;
  if (only && !second) {
    return `(
    SELECT key, record_id FROM haven.live_entries
    WHERE ${scope} AND key >= ${bind(params, only.start, 'bytea')} AND key < ${bind(params, only.end, 'bytea')}
  ) AS e`;
  }
  const bounds = [ranges.map(({ start }) => start), ranges.map(({ end }) => end)];
  const [starts, ends] = bounds.map((keys) => bind(params, keys, 'bytea[]'));
  return `unnest(${starts}, ${ends}) AS range (first, after) CROSS JOIN LATERAL (
    SELECT key, record_id FROM haven.live_entries
    WHERE ${scope} AND key >= range.first AND key < range.after OFFSET 0
  ) AS e`;
}

/** A page of a list. */
export interface OrderedPage {
  readonly sort: Sort;
  readonly after: Position | undefined;
  readonly limit: number;
  /** A condition on which the page is read at all. */
  readonly gate?: string;
}

/** Returns a query for a page of the records with entries in the range of an index, in the order of its entries. */
export function orderedEntriesSql(
  { entries: { index, ranges }, order }: OrderedEntries,
  records: RecordsOfEntries,
  { sort, after, limit, gate = 'TRUE' }: OrderedPage,
  params: unknown[],
): string {
  const { columns, collectionId } = records;
  const isAscending = order.direction === 'ascending';
  const word = isAscending ? 'ASC' : 'DESC';
  const [range] = ranges;
  if (!range) throw new Error('Entries in the order of a list have one range.');
  const lower = `e.key >= ${bind(params, range.start, 'bytea')}`;
  const upper = `e.key < ${bind(params, range.end, 'bytea')}`;
  const bounds = [lower, upper];
  if (after) {
    const { key, id } = order.entryAt(after);
    const sign = isAscending ? '>' : '<';
    // An index scan starts at the first bound that it finds, so the position comes first.
    if (order.isTotal) {
      bounds.unshift(`(e.key, e.record_id) ${sign} (${bind(params, key, 'bytea')}, ${bind(params, id, 'uuid')})`);
    } else {
      bounds.unshift(`e.key ${sign}= ${bind(params, key, 'bytea')}`, keysetSql(sort, after, params));
    }
  }
  return `SELECT ${columns} FROM haven.live_entries AS e CROSS JOIN LATERAL ${recordOfEntry(records)}
  WHERE ${gate} AND ${isDeclared(collectionId, index.id, params)} AND e.collection_id = ${collectionId} AND e.index_id = ${bind(params, index.id, 'integer')}
    AND ${bounds.join(' AND ')}
  ORDER BY e.key ${word}, ${order.isTotal ? `e.record_id ${word}` : orderBySql(sort)} LIMIT ${limit}`;
}

/** Returns a query that counts the entries in the ranges of an index. */
export function countEntriesSql(entries: IndexRanges, collectionId: NumberSql, params: unknown[]): string {
  return `SELECT count(*) FROM ${rangesSql(entries, collectionId, params)} WHERE ${isDeclared(collectionId, entries.index.id, params)}`;
}

/** Returns a query for the ids of the records with entries in the ranges of an index. */
export function idsOfEntriesSql(entries: IndexRanges, collectionId: NumberSql, params: unknown[]): string {
  return `SELECT e.record_id FROM ${rangesSql(entries, collectionId, params)} WHERE ${isDeclared(collectionId, entries.index.id, params)}`;
}

/**
 * Returns the condition that the index is still declared, which fails the statement otherwise. Cached settings may be
 * outdated, and the entries of an index that is no longer declared are not maintained.
 */
export function isDeclared(collectionId: NumberSql, indexId: number, params: unknown[]): string {
  return `(SELECT haven.require_index(${collectionId}, ${bind(params, indexId, 'integer')}))`;
}
