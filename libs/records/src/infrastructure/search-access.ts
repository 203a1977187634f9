import type { Filter, SearchIndex } from '@haven/query';

import { recordOfEntry } from './entries-sql.js';
import type { RecordsOfEntries } from './entries-sql.js';
import { filterSql } from './query-sql.js';
import { searchQuery } from './search-sql.js';

/** How the matches of a filter are found by the search index of the collection. */
export interface SearchAccess {
  readonly index: SearchIndex;
  /** Expression for a text search query that the documents of all matches satisfy. */
  readonly query: string;
}

/** Returns how a search index finds the matches of a filter; null if it does not. Appends to `params`. */
export function searchAccess(filter: Filter, params: unknown[]): SearchAccess | null {
  switch (filter.kind) {
    case 'search':
      return { index: filter.index, query: searchQuery(filter, params) };
    case 'and': {
      const part = filter.parts.find(isBySearch);
      return part ? searchAccess(part, params) : null;
    }
    case 'or': {
      const parts = isBySearch(filter) ? filter.parts.flatMap((part) => searchAccess(part, params) ?? []) : [];
      return parts[0] ? { index: parts[0].index, query: `(${parts.map(({ query }) => query).join(' || ')})` } : null;
    }
    default:
      return null;
  }
}

/** Whether the query of `searchAccess` is the whole filter. */
export function isOnlySearch(filter: Filter): boolean {
  if (filter.kind === 'or') return filter.parts.length > 0 && filter.parts.every(isOnlySearch);
  return filter.kind === 'search';
}

/** Returns the condition that a record satisfies a filter, if its search document satisfies the query of the access. */
export function conditionOfHits(filter: Filter, params: unknown[]): string {
  return filterSql(withoutSearch(filter), params);
}

function withoutSearch(filter: Filter): Filter {
  if (isOnlySearch(filter)) return { kind: 'and', parts: [] };
  if (filter.kind !== 'and') return filter;
  const found = filter.parts.find(isBySearch);
  return { kind: 'and', parts: filter.parts.map((part) => (part === found ? withoutSearch(part) : part)) };
}

/** Whether every match of the filter satisfies a search. */
export function isBySearch(filter: Filter): boolean {
  switch (filter.kind) {
    case 'search':
      return true;
    case 'and':
      return filter.parts.some(isBySearch);
    case 'or':
      return filter.parts.length > 0 && filter.parts.every(isBySearch);
    default:
      return false;
  }
}

/**
 * Returns a query for the ids of at most `most` records that satisfy a search, in no order, as `record_id`. Without
 * `most`, it returns all of them.
 */
export function hitsSql({ index, query }: SearchAccess, most?: number): string {
  return `SELECT record_id FROM haven.search_hits(${index.collectionId}, ${index.id}, ${query}, ${most ?? 'NULL'}) AS record_id`;
}

/** Returns a query for the same ids, about which the planner has statistics. It decides how to read them. */
export function idsOfSearchSql({ index, query }: SearchAccess): string {
  return `SELECT record_id FROM haven.live_search
    WHERE collection_id = ${index.collectionId} AND index_id = ${index.id} AND document @@ ${query}`;
}

/** Returns FROM for the records that satisfy a search and a condition, as `r`. */
export function recordsOfHits(search: SearchAccess, records: RecordsOfEntries): string {
  return `(${hitsSql(search)}) AS e CROSS JOIN LATERAL ${recordOfEntry(records)}`;
}

/** Returns a query for the ids and the scores of the newest records that satisfy a search, at most `most`. */
export function newestHitsSql({ index, query }: SearchAccess, rankedBy: string, most: number): string {
  return `SELECT id, score FROM haven.newest_search_hits(${index.collectionId}, ${index.id}, ${query}, ${rankedBy}, ${most})`;
}

/** Returns the condition that many records satisfy a search. */
export function isCommonSql({ index, query }: SearchAccess): string {
  return `haven.is_common_search(${index.collectionId}, ${index.id}, ${query})`;
}
