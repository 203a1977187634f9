import type { FieldSelection } from '../domain/record-reader.js';
import { narrowestEntries } from './access-path.js';
import { containmentSql } from './containment-sql.js';
import { countEntriesSql, idsOfEntriesSql } from './entries-sql.js';
import { momentSql } from './moment-sql.js';
import { filterSql } from './query-sql.js';
import {
  conditionOfHits,
  hitsSql,
  idsOfSearchSql,
  isOnlySearch,
  recordsOfHits,
  searchAccess,
} from './search-access.js';

/** Returns a query for all records of a collection that match a selection. Appends to `params` like `filterSql`. */
export function selectionSql(
  columns: string,
  collectionId: number,
  { filter, moment, indexes }: FieldSelection,
  params: unknown[],
): string {
  const search = searchAccess(filter, params); // never with a moment
  if (search) {
    const condition = conditionOfHits(filter, params);
    return `SELECT r.* FROM ${recordsOfHits(search, { columns, collectionId, condition })}`;
  }
  const found = filterSql(filter, params);
  const narrow = narrowestEntries(filter, indexes);
  const contained = narrow
    ? `id IN (${idsOfEntriesSql(narrow, collectionId, params)})`
    : (containmentSql(filter, collectionId, params) ?? 'TRUE');
  const present = `SELECT ${columns} FROM haven.live_records WHERE collection_id = ${collectionId} AND ${contained}`;
  if (!moment) return `${present} AND ${found}`;
  const { unchanged, changed } = momentSql(collectionId, moment, params);
  return `${present} AND ${unchanged} AND ${found}
UNION ALL
SELECT ${columns} FROM ${changed} WHERE ${found}`;
}

/** Returns a query that counts the records of a selection. If an index has an entry of every match, it counts these. */
export function countSql(collectionId: number, selection: FieldSelection, params: unknown[]): string {
  const search = isOnlySearch(selection.filter) && searchAccess(selection.filter, params);
  if (search) return `SELECT count(*) FROM (${hitsSql(search)}) AS found`;
  const narrow = selection.moment ? undefined : narrowestEntries(selection.filter, selection.indexes);
  if (narrow?.isExact) return countEntriesSql(narrow, collectionId, params);
  return `SELECT count(*) FROM (${selectionSql('id', collectionId, selection, params)}) AS found`;
}

/**
 * Returns a query whose rows the planner estimates to be as many as the records of a selection. It is only explained.
 * A search is not the call of a function in it, because the planner has no statistics about the result of one.
 */
export function estimateSql(collectionId: number, selection: FieldSelection, params: unknown[]): string {
  const search = searchAccess(selection.filter, params);
  if (!search) return `SELECT 1 FROM (${selectionSql('id', collectionId, selection, params)}) AS found`;
  const others = filterSql(selection.filter, params, () => 'TRUE');
  return `SELECT 1 FROM haven.live_records
  WHERE collection_id = ${collectionId} AND id IN (${idsOfSearchSql(search)}) AND ${others}`;
}
