import type { SearchCondition } from '@haven/query';

import { bind } from './sql-text.js';

/** Returns the SQL of a search as a condition on rows. Appends to `params`. */
export type SearchSql = (search: SearchCondition, params: unknown[]) => string;

/**
 * Returns the condition that a current record satisfies a search, given the column `id`. PostgreSQL looks up the
 * record's search document by its key: it never turns a scalar subquery into a join.
 */
export function currentSearchSql(search: SearchCondition, params: unknown[]): string {
  return `(${isSearchDeclared(search)} AND coalesce((${documentMatches(search, params)}), FALSE))`;
}

/**
 * Returns a query for whether the search document of the record `id` matches; it has no row if there is no document.
 */
export function documentMatches(search: SearchCondition, params: unknown[]): string {
  return `SELECT s.document @@ ${searchQuery(search, params)} FROM haven.live_search AS s WHERE ${documentOf(search, 'id')}`;
}

/** Returns the condition that a document in the column `data` satisfies a search, which it evaluates anew. */
export function expressionMatches(search: SearchCondition, params: unknown[]): string {
  const { id, language, paths } = search.index;
  const definition = bind(params, JSON.stringify({ id, language, paths }), 'jsonb');
  return `haven.search_document(${definition}, data) @@ ${searchQuery(search, params)}`;
}

/**
 * Returns the query by which the matches of a search are ranked. With excluded terms, PostgreSQL gives all the same
 * score.
 */
export function rankQuery(search: SearchCondition, params: unknown[]): string {
  return searchQuery({ ...search, terms: search.terms.filter(({ excluded }) => !excluded) }, params);
}

/** Returns the condition that a row `s` of `haven.live_search` is the document of a record. */
export function documentOf({ index: { id, collectionId } }: SearchCondition, recordId: string): string {
  return `s.collection_id = ${collectionId} AND s.index_id = ${id} AND s.record_id = ${recordId}`;
}

/** Returns the text search query of a search. */
export function searchQuery({ index: { id, language }, terms }: SearchCondition, params: unknown[]): string {
  return `haven.search_query(${id}, ${bind(params, language, 'text')}, ${bind(params, JSON.stringify(terms), 'jsonb')})`;
}

/**
 * Returns the condition that the search index is still declared, which fails the statement otherwise. Cached settings
 * may be outdated, and the documents of an index that is no longer declared are not maintained.
 */
function isSearchDeclared({ index: { id, collectionId } }: SearchCondition): string {
  return `(SELECT haven.require_search(${collectionId}, ${id}))`;
}
