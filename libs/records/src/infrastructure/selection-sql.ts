import type { FieldSelection } from '../domain/record-reader.js';
import { momentSql } from './moment-sql.js';
import { filterSql } from './query-sql.js';

/** Returns a query for all records of a collection that match a selection. Appends to `params` like `filterSql`. */
export function selectionSql(
  columns: string,
  collectionId: number,
  { filter, moment }: FieldSelection,
  params: unknown[],
): string {
  const found = filterSql(filter, params);
  const present = `SELECT ${columns} FROM haven.live_records WHERE collection_id = ${collectionId}`;
  if (!moment) return `${present} AND ${found}`;
  const { unchanged, changed } = momentSql(collectionId, moment, params);
  return `${present} AND ${unchanged} AND ${found}
UNION ALL
SELECT ${columns} FROM ${changed} WHERE ${found}`;
}
