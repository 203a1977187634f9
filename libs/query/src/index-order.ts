import type { IndexMember } from './index-definition.js';
import { indexKey, indexKeyBytes, keyPart } from './index-key.js';
import type { IndexRanges } from './index-range.js';
import { printField } from './path.js';
import type { Field } from './path.js';
import type { Position } from './position.js';
import type { Sort, SortTerm } from './sort.js';
import type { SortKey } from './sort-key.js';
import { systemSortKey } from './system-sort-key.js';

/** The order in which the entries of an index are read, so that the records are in the order of a sort. */
export interface IndexOrder {
  readonly direction: SortTerm['direction'];
  /** Returns the key and the id of the entry at a position of the sort. */
  entryAt(position: Position): { readonly key: Buffer; readonly id: string };
}

/** Maximum number of bytes of the part of a member, by its type. */
const PART_BYTES = { data: 1 + 8 + 4 * 256 + 1, id: 1 + 36 + 1, number: 1 + 8 };

/**
 * Returns the order in which the entries in the ranges of an index have the order of the sort; undefined if they do not
 * have it in either direction. Fields that have only one value in the ranges do not matter for the order.
 */
export function indexOrder({ index, ranges, fixed, prefix }: IndexRanges, sort: Sort): IndexOrder | undefined {
  if (ranges.length !== 1) return undefined;
  const { terms, direction } = beforeId(sort);
  const constant = new Set(index.members.slice(0, fixed).map(({ field }) => printField(field)));
  const members = index.members.slice(fixed);
  const ordering = terms.filter(({ term }) => !constant.has(printField(term.field)));
  if (ordering.length !== members.length) return undefined;
  const isSame = ordering.every(({ term }, place) => isOrderedBy(members[place], term, direction));
  if (!isSame || !isWhole(prefix, members)) return undefined;
  return {
    direction,
    entryAt: (position) => ({
      key: indexKey([
        prefix,
        ...ordering.map(({ term, place }, index) =>
          keyPart(sortKeyAt(term.field, position, place), term.as, members[index]?.direction),
        ),
      ]),
      id: String(position[placeOfId(sort)]),
    }),
  };
}

/** Returns the terms before the id, with their places in a position, and the direction of the id. */
function beforeId(sort: Sort): {
  terms: { term: SortTerm; place: number }[];
  direction: SortTerm['direction'];
} {
  const terms: { term: SortTerm; place: number }[] = [];
  let place = 0;
  for (const term of sort) {
    if (isId(term)) return { terms, direction: term.direction };
    terms.push({ term, place });
    place += widthOf(term);
  }
  throw new Error('A sort has the id among its terms.');
}

function placeOfId(sort: Sort): number {
  return sort.slice(0, sort.findIndex(isId)).reduce((place, term) => place + widthOf(term), 0);
}

/** Whether the entries, read in this direction, are ordered by the term as the sort is. */
function isOrderedBy(member: IndexMember | undefined, term: SortTerm, direction: SortTerm['direction']): boolean {
  if (!member || printField(member.field) !== printField(term.field) || member.as !== term.as) return false;
  return (term.direction === direction) === (member.direction === 'ascending');
}

/**
 * Whether the keys are not cut, or only where the sort's keys are cut too: a sort by three and more fields is defined by
 * their cut keys.
 */
function isWhole(prefix: Buffer, members: readonly IndexMember[]): boolean {
  if (prefix.length === 0) return true;
  const bytes = members.map(({ field }) => PART_BYTES[typeOf(field)]);
  return bytes.reduce((sum, one) => sum + one, prefix.length) <= indexKeyBytes;
}

function typeOf(field: Field): keyof typeof PART_BYTES {
  if ('path' in field) return 'data';
  return field.system === 'id' ? 'id' : 'number';
}

function sortKeyAt(field: Field, position: Position, place: number): SortKey {
  const [first = '', number, text] = position.slice(place, place + 3);
  return 'system' in field ? systemSortKey(field.system, first) : [Number(first), Number(number), String(text)];
}

function widthOf({ field }: SortTerm): number {
  return 'system' in field ? 1 : 3;
}

function isId({ field }: SortTerm): boolean {
  return 'system' in field && field.system === 'id';
}
