import { indexRanges, printField, printPath } from '@haven/query';
import type { Filter, IndexDefinition, IndexOrder, IndexRanges, Sort } from '@haven/query';

import { refersTo } from '../domain/related-records.js';
import type { RelatedSelection, RelatingMember } from '../domain/related-records.js';
import { bestOrdered, narrowest } from './access-path.js';

/** How the records that refer to others are found by the entries of an index. */
export interface RelationPath {
  readonly index: IndexDefinition;
  /** The order in which the entries are read, if it is that of the list. */
  readonly order?: IndexOrder;
  /** Whether exactly the matches have entries in the ranges. */
  readonly isExact: boolean;
  /** The range of keys for each of the referenced records. */
  readonly ranges: readonly { readonly start: Buffer; readonly end: Buffer }[];
}

/**
 * Chooses an index whose entries begin with the reference, so that it finds the records that refer to a given one. If
 * there are several, chooses one that has the order of the list. Returns null if no index is ready.
 */
export function relationPath(
  { member, filter, indexes }: RelatedSelection,
  ids: readonly string[],
  sort?: Sort,
): RelationPath | null {
  const [first = ''] = ids;
  const candidates = indexes
    .map((index) => rangesOf(index, filter, refersTo(member, first)))
    .filter((entries) => isByReference(entries, member));
  const ordered = sort && bestOrdered(candidates, sort);
  const entries = ordered?.entries ?? narrowest(candidates);
  if (!entries) return null;
  const { index, isExact } = entries;
  const ranges = ids.flatMap((id) => rangesOf(index, filter, refersTo(member, id)).ranges);
  return { index, isExact, ranges, ...(ordered && { order: ordered.order }) };
}

/** The reference comes first, so that its value is used if the filter has another one for the same member. */
function rangesOf(index: IndexDefinition, filter: Filter, reference: Filter): IndexRanges {
  return indexRanges(index, { kind: 'and', parts: [reference, filter] });
}

/** Whether the entries are those of one range in which the reference has only one value. */
function isByReference({ index, ranges, fixed, ofElements }: IndexRanges, { path, isList }: RelatingMember): boolean {
  if (ranges.length !== 1 || isList !== ofElements) return false;
  const name = printPath(path);
  return index.members
    .slice(0, ofElements ? undefined : fixed)
    .some(({ field, as }) => printField(field) === name && as === undefined);
}
