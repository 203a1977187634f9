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
  const narrow = best(all);
  const ordered = best(
    all.filter((entries) => indexOrder(entries, sort)),
    'ordered',
  );
  const order = ordered && indexOrder(ordered, sort);
  const path = ordered && order && { entries: ordered, order };
  const isNarrowEnough = !narrow || (ordered && selectivity(ordered) >= selectivity(narrow));
  return { ...(!isNarrowEnough && { narrow }), ...(path && { ordered: path }) };
}

/** Returns the entries that narrow down the matches of a filter most; undefined if none do. */
export function narrowestEntries(filter: Filter, indexes: readonly IndexDefinition[]): IndexRanges | undefined {
  return best(indexes.map((index) => indexRanges(index, filter)));
}

function best(all: readonly IndexRanges[], purpose: 'narrow' | 'ordered' = 'narrow'): IndexRanges | undefined {
  const candidates = purpose === 'narrow' ? all.filter(({ isNarrow }) => isNarrow) : all;
  return candidates.reduce<IndexRanges | undefined>(
    (most, one) => (most && selectivity(most) >= selectivity(one) ? most : one),
    undefined,
  );
}

/** A rough measure of how few records have entries in the ranges. */
function selectivity({ fixed, isNarrow, ofElements, ranges, index }: IndexRanges): number {
  if (!isNarrow) return 0;
  const isPoint = fixed === index.members.length || ofElements;
  return 2 * fixed + (isPoint || ranges.length > 1 ? 2 : 1);
}
