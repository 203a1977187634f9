import { indexOrder, indexRanges } from '@haven/query';
import type { Filter, IndexDefinition, IndexOrder, IndexRanges, Sort } from '@haven/query';

/** The entries of an index whose order is that of a list. */
export interface OrderedEntries {
  readonly entries: IndexRanges;
  readonly order: IndexOrder;
}

/** Which index entries a query reads. */
export interface AccessPath {
  /** Entries that narrow down the matches of the filter, if those in the order of the list do not do that as well. */
  readonly narrow?: IndexRanges;
  /** Entries in the order of the list. */
  readonly ordered?: OrderedEntries;
}

/**
 * Chooses indexes for a query. The choice depends only on the query and the declared indexes, not on statistics, so that
 * it is the same for small and large collections.
 */
export function accessPath(filter: Filter, sort: Sort, indexes: readonly IndexDefinition[]): AccessPath {
  const all = indexes.map((index) => indexRanges(index, filter));
  const narrow = narrowest(all);
  const ordered = bestOrdered(all, sort);
  const isNarrowEnough = !narrow || (ordered && selectivity(ordered.entries) >= selectivity(narrow));
  return { ...(!isNarrowEnough && { narrow }), ...(ordered && { ordered }) };
}

/** Returns the entries that narrow down the matches of a filter most; undefined if none do. */
export function narrowestEntries(filter: Filter, indexes: readonly IndexDefinition[]): IndexRanges | undefined {
  return narrowest(indexes.map((index) => indexRanges(index, filter)));
}

function narrowest(all: readonly IndexRanges[]): IndexRanges | undefined {
  return maximum(
    all.filter(({ isNarrow }) => isNarrow),
    selectivity,
  );
}

function bestOrdered(all: readonly IndexRanges[], sort: Sort): OrderedEntries | undefined {
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

/** A rough measure of how few records have entries in the ranges. */
function selectivity({ fixed, isNarrow, ofElements, ranges, index }: IndexRanges): number {
  if (!isNarrow) return 0;
  const isPoint = fixed === index.members.length || ofElements;
  return 2 * fixed + (isPoint || ranges.length > 1 ? 2 : 1);
}
