import { randomUUID } from 'node:crypto';

import { indexRanges, printField, printPath } from '@haven/query';
import type { IndexDefinition, IndexOrder, IndexRanges, Sort } from '@haven/query';

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
  // The ranges of different records differ only in the id, so they are computed once, for an id that occurs nowhere
  // else. The reference comes before the filter, because the filter may have another condition on the same member.
  const placeholder = randomUUID();
  const parts = [refersTo(member, placeholder), filter];
  const candidates = indexes
    .map((index) => indexRanges(index, { kind: 'and', parts }))
    .filter((entries) => isByReference(entries, member));
  const ordered = sort && bestOrdered(candidates, sort);
  const { index, isExact, ranges: [range] = [] } = ordered?.entries ?? narrowest(candidates) ?? {};
  if (!index || !range) return null;
  const replaced = (key: Buffer) => {
    const place = key.indexOf(placeholder);
    return (id: string) => {
      const copy = Buffer.from(key);
      copy.write(id, place);
      return copy;
    };
  };
  const [start, end] = [replaced(range.start), replaced(range.end)];
  const ranges = ids.map((id) => ({ start: start(id), end: end(id) }));
  return { index, isExact: isExact === true, ranges, ...(ordered && { order: ordered.order }) };
}

/** Whether the entries are those of one range in which the reference has only one value, whose bytes are its text. */
function isByReference({ index, ranges, fixed, ofElements }: IndexRanges, { path, isList }: RelatingMember): boolean {
  if (ranges.length !== 1 || isList !== ofElements) return false;
  const name = printPath(path);
  return index.members
    .slice(0, ofElements ? undefined : fixed)
    .some(({ field, as, direction }) => printField(field) === name && as === undefined && direction === 'ascending');
}
