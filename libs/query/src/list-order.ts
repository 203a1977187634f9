import { invalid } from '@haven/kernel';

import type { Filter, SearchCondition } from './filter.js';
import type { QueryLimits } from './limits.js';
import { parseSort, SCORE } from './sort.js';
import type { Sort } from './sort.js';
import { sortItems } from './sort-item.js';
import type { SortInput } from './sort-item.js';

/** The order of a list. */
export interface ListOrder {
  readonly sort: Sort;
  /** The search by whose score the list is sorted, best first; then `sort` orders the records with the same score. */
  readonly ranked?: SearchCondition;
}

/**
 * Parses the sort of a list, which may be `$score`. Throws `SORT_INVALID` like `parseSort`, and if the list is to be
 * sorted by the score of a search that it does not have.
 */
export function parseOrder(input: SortInput | undefined, filter: Filter, limits: QueryLimits): ListOrder {
  const [first, ...others] = input === undefined ? [] : sortItems(input);
  if (!first || first.as || others.length > 0 || !isScore(first.text)) return { sort: parseSort(input, limits) };
  const [ranked, ...more] = searchesIn(filter);
  if (!ranked || more.length > 0 || !requiredSearches(filter).includes(ranked))
    throw invalid(
      'SORT_INVALID',
      first.pointer,
      `"${SCORE}" needs a filter with exactly one _search, which must not be inside _or or _not`,
    );
  return { sort: parseSort('-$id', limits), ranked };
}

/** Returns the searches that every match of the filter satisfies. */
function requiredSearches(filter: Filter): SearchCondition[] {
  if (filter.kind === 'and') return filter.parts.flatMap(requiredSearches);
  return filter.kind === 'search' ? [filter] : [];
}

function searchesIn(filter: Filter): SearchCondition[] {
  if (filter.kind === 'and' || filter.kind === 'or') return filter.parts.flatMap(searchesIn);
  if (filter.kind === 'not') return searchesIn(filter.part);
  return filter.kind === 'search' ? [filter] : [];
}

function isScore(text: string): boolean {
  return text === SCORE || text === `-${SCORE}`;
}
