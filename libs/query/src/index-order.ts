import type { IndexMember } from './index-definition.js';
import { indexKey, indexKeyBytes, keyPart } from './index-key.js';
import type { IndexRanges } from './index-range.js';
import { printField } from './path.js';
import type { Field } from './path.js';
import type { Position } from './position.js';
import { directionIn, keyOrder, sortKeyAt } from './position-key.js';
import type { Sort, SortTerm } from './sort.js';
import { sortKeyCharacters } from './sort-key.js';

/** The order in which the entries of an index are read, so that the records are in the order of a sort. */
export interface IndexOrder {
  readonly direction: SortTerm['direction'];
  /** Returns the key and the record's id of the entry at a position of the sort. */
  entryAt(position: Position): { readonly key: Buffer; readonly id: string };
}

/** Maximum number of bytes of the part of a member, by its type. */
const PART_BYTES = { data: 1 + 8 + 4 * sortKeyCharacters + 1, id: 1 + 36 + 1, number: 1 + 8 };

/**
 * Returns the order in which the entries in the ranges of an index have the order of the sort; undefined if they do not
 * have it in either direction. Fields that have only one value in the ranges do not matter for the order.
 */
export function indexOrder({ index, ranges, fixed, prefix }: IndexRanges, sort: Sort): IndexOrder | undefined {
  if (ranges.length !== 1) return undefined;
  const { terms, id } = keyOrder(sort);
  const { direction } = id.term;
  const constant = index.members.slice(0, fixed);
  const members = index.members.slice(fixed);
  const ordering = terms.filter(({ term }) => !constant.some((member) => isConstant(member, term)));
  const isSame =
    ordering.length === members.length &&
    ordering.every(({ term }, place) => isOrderedBy(members[place], term, direction));
  if (!isSame || !isWhole(prefix, members)) return undefined;
  const partAt = (position: Position, place: number) => {
    const { term, place: at } = ordering[place] ?? id;
    return keyPart(sortKeyAt(term, position, at), term.as, directionIn(term, direction));
  };
  return {
    direction,
    entryAt: (position) => ({
      key: indexKey([prefix, ...members.map((_, place) => partAt(position, place))]),
      id: String(position[id.place]),
    }),
  };
}

/** Whether values with the same part in the member have the same sort key in the term. */
function isConstant({ field, as }: IndexMember, term: SortTerm): boolean {
  return printField(field) === printField(term.field) && (as === undefined || as === term.as);
}

/** Whether the entries, read in this direction, are ordered by the term as the sort is. */
function isOrderedBy(member: IndexMember | undefined, term: SortTerm, direction: SortTerm['direction']): boolean {
  if (!member || printField(member.field) !== printField(term.field) || member.as !== term.as) return false;
  return directionIn(term, direction) === member.direction;
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
