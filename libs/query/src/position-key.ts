import { indexKey, keyPart } from './index-key.js';
import type { Sort, SortTerm } from './sort.js';
import type { SortKey } from './sort-key.js';
import { systemSortKey } from './system-sort-key.js';

/** Number of fields from which the order is that of the cut keys. The keys of fewer fields are never cut. */
const FIELDS_OF_CUT_KEYS = 3;

/** A term of a sort, and the place of its values in a position. */
export interface PlacedTerm {
  readonly term: SortTerm;
  readonly place: number;
}

/** A sort by keys: the terms before the record's id, and the term of the id. Terms after the id do not matter. */
export interface KeyOrder {
  readonly terms: readonly PlacedTerm[];
  readonly id: PlacedTerm;
}

/** Returns the terms of a sort, up to the id. */
export function keyOrder(sort: Sort): KeyOrder {
  const terms: PlacedTerm[] = [];
  let place = 0;
  for (const term of sort) {
    if (isId(term)) return { terms, id: { term, place } };
    terms.push({ term, place });
    place += positionWidth(term);
  }
  throw new Error('A sort has the id among its terms.');
}

/** Whether the order of a sort is defined by its keys, which may be cut. */
export function isOrderedByKey({ terms }: KeyOrder): boolean {
  return terms.length >= FIELDS_OF_CUT_KEYS;
}

/**
 * Returns the key of a position. Keys are in the order of the sort if its last term, the id, is ascending, and in the
 * reverse order otherwise.
 */
export function positionKey({ terms, id }: KeyOrder, position: readonly (number | string)[]): Buffer {
  return indexKey(
    terms.map(({ term, place }) =>
      keyPart(sortKeyAt(term, position, place), term.as, directionIn(term, id.term.direction)),
    ),
  );
}

/** Returns the direction of a term in a list that is read in the direction of the id. */
export function directionIn({ direction }: SortTerm, ofId: SortTerm['direction']): SortTerm['direction'] {
  return direction === ofId ? 'ascending' : 'descending';
}

/** Returns the sort key of a term in a position. */
export function sortKeyAt({ field }: SortTerm, position: readonly (number | string)[], place: number): SortKey {
  const [first = '', number, text] = position.slice(place, place + 3);
  return 'system' in field ? systemSortKey(field.system, first) : [Number(first), Number(number), String(text)];
}

/** Number of values of a term in a position. */
export function positionWidth({ field }: SortTerm): number {
  return 'system' in field ? 1 : 3;
}

function isId({ field }: SortTerm): boolean {
  return 'system' in field && field.system === 'id';
}
