import { indexOrder, indexRanges } from '@haven/query';
import type { Filter, IndexDefinition, IndexOrder, IndexRanges, Sort } from '@haven/query';

import { isByContainment } from './containment-sql.js';

/** The entries of an index whose order is that of a list. */
export interface OrderedEntries {
  readonly entries: IndexRanges;
  readonly order: IndexOrder;
}

/** Which index entries a query reads. */
export interface AccessPath {
  /** Whether to find the matches by the index of all documents, which tests several equalities at once. */
  readonly isContained: boolean;
  /** Entries that narrow down the matches of the filter, if those in the order of the list do not do that as well. */
  readonly narrow?: IndexRanges;
  /** Entries in the order of the list. */
  readonly ordered?: OrderedEntries;
}

/**
 * Chooses indexes for a query. The choice depends only on the query and the declared indexes, not on statistics, so
 * that it is the same for small and large collections.
 */
export function accessPath(filter: Filter, sort: Sort, indexes: readonly IndexDefinition[]): AccessPath {
  const all = indexes.map((index) => indexRanges(index, filter));
  const narrow = narrowest(all);
  const ordered = bestOrdered(all, sort);
  const best = ordered && narrow && selectivity(ordered.entries) >= selectivity(narrow) ? ordered.entries : narrow;
  const isContained = countContainments(filter) > (best?.equalities ?? 0);
  return {
    isContained,
    ...(!isContained && best && best !== ordered?.entries && { narrow: best }),
    ...(ordered && { ordered }),
  };
}

/** Returns the entries by which to find the matches of a filter; undefined if there is a better way. */
export function narrowestEntries(filter: Filter, indexes: readonly IndexDefinition[]): IndexRanges | undefined {
  const narrow = narrowest(indexes.map((index) => indexRanges(index, filter)));
  return narrow && countContainments(filter) <= narrow.equalities ? narrow : undefined;
}

/** Returns the entries that leave the fewest records. */
export function narrowest(all: readonly IndexRanges[]): IndexRanges | undefined {
  return maximum(
    all.filter(({ isNarrow }) => isNarrow),
    selectivity,
  );
}

/** Returns the entries whose order is that of the sort. */
export function bestOrdered(all: readonly IndexRanges[], sort: Sort): OrderedEntries | undefined {
  const candidates = all.flatMap((entries) => {
    const order = indexOrder(entries, sort);
    return order ? [{ entries, order }] : [];
  });
  // An index on more of the sort's fields leaves less to sort.
  return maximum(candidates, ({ entries, order }) => {
    const fields = entries.index.members.length - entries.fixed;
    return (order.isTotal ? 1_000 : 10 * fields) + selectivity(entries);
  });
}

function maximum<T>(all: readonly T[], rank: (one: T) => number): T | undefined {
  return all.reduce<T | undefined>((most, one) => (most && rank(most) >= rank(one) ? most : one), undefined);
}

/** Counts the conditions for which the index of all documents is used. */
function countContainments(filter: Filter): number {
  if (filter.kind === 'and') return filter.parts.reduce((sum, part) => sum + countContainments(part), 0);
  return isByContainment(filter) ? 1 : 0;
}

/** A rough measure of how few records have entries in the ranges. */
function selectivity({ isNarrow, equalities, fixed, ofElements, repeats, index }: IndexRanges): number {
  if (!isNarrow) return 0;
  const isWhole = fixed === index.members.length || (ofElements && !repeats);
  return 2 * equalities + (isWhole ? 0 : 1);
}
