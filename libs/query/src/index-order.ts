import type { IndexMember } from './index-definition.js';
import { indexKey, indexKeyBytes, keyPart, maxPartBytes } from './index-key.js';
import type { IndexRanges } from './index-range.js';
import { printField } from './path.js';
import type { Position } from './position.js';
import { directionIn, keyOrder, sortKeyAt } from './position-key.js';
import type { Sort, SortTerm } from './sort.js';

/** The order in which the entries of an index are read, so that the records are in the order of a sort. */
export interface IndexOrder {
  readonly direction: SortTerm['direction'];
  /**
   * Whether the entries have the whole order of the sort. Otherwise, only its first fields order them, and records with
   * equal keys still have to be sorted.
   */
  readonly isTotal: boolean;
  /** Returns the key and the record's id of the entry at a position of the sort. */
  entryAt(position: Position): { readonly key: Buffer; readonly id: string };
}

/**
 * Returns the order in which the entries in the ranges of an index have the order of the sort, at least of its first
 * fields; undefined if they do not have it in either direction. Fields that have only one value in the ranges do not
 * matter for the order.
 */
export function indexOrder(entries: IndexRanges, sort: Sort): IndexOrder | undefined {
  const [range, second] = entries.ranges;
  if (!range || second || entries.repeats) return undefined;
  const { terms, id } = keyOrder(sort);
  const all = entries.index.members;
  // All arrays are equal in a sort, and all entries of one element have the same key.
  const fixed = entries.ofElements ? all.length : entries.fixed;
  const prefix = entries.ofElements ? range.start : entries.prefix;
  const constant = all.slice(0, fixed);
  const members = all.slice(fixed);
  const ordering = terms.filter(({ term }) => !constant.some((member) => isConstant(member, term)));
  const [first] = members;
  const direction = first ? directionIn(ordering[0]?.term ?? id.term, first.direction) : id.term.direction;
  const isOrdered = members.every((member, place) => isOrderedBy(member, ordering[place]?.term, direction));
  const hasSameFields = ordering.length === members.length;
  if (!isOrdered || (members.length === 0 && !hasSameFields)) return undefined;
  const isTotal = hasSameFields && id.term.direction === direction;
  if (!isWhole(prefix, members) && !(isTotal && prefix.length === 0)) return undefined;
  return {
    direction,
    isTotal,
    entryAt: (position) => ({
      key: indexKey([
        prefix,
        ...members.map((member, place) => {
          const { term, place: at } = ordering[place] ?? id;
          return keyPart(sortKeyAt(term, position, at), term.as, member.direction);
        }),
      ]),
      id: String(position[id.place]),
    }),
  };
}

/** Whether values with the same part in the member have the same sort key in the term. */
function isConstant({ field, as }: IndexMember, term: SortTerm): boolean {
  return printField(field) === printField(term.field) && (as === undefined || as === term.as);
}

/** Whether the entries, read in this direction, are ordered by the term as the sort is. */
function isOrderedBy(member: IndexMember, term: SortTerm | undefined, direction: SortTerm['direction']): boolean {
  if (!term || printField(member.field) !== printField(term.field) || member.as !== term.as) return false;
  return directionIn(term, member.direction) === direction;
}

/**
 * Whether no key is cut. If keys are cut, they have the order of a sort only if its keys are cut at the same place: a
 * sort by three and more fields is defined by their cut keys.
 */
function isWhole(prefix: Buffer, members: readonly IndexMember[]): boolean {
  return members.reduce((bytes, { field }) => bytes + maxPartBytes(field), prefix.length) <= indexKeyBytes;
}
