import { codePointLength, compareCodePoints, isStorableText } from './code-points.js';
import { valueAt } from './path.js';
import type { SystemField } from './path.js';
import { isOrderedByKey, keyOrder, positionKey, positionWidth } from './position-key.js';
import type { KeyOrder } from './position-key.js';
import { systemValueOf } from './query-record.js';
import type { QueryRecord } from './query-record.js';
import type { Sort } from './sort.js';
import { sortKey, sortKeyCharacters } from './sort-key.js';
import { systemValue } from './system-value.js';

/**
 * The position of a record in a sort order. For each term of the sort, it contains either the sort key of a member
 * (three values) or the value of a system field (one value). It is plain JSON, so that a cursor can contain it.
 */
export type Position = readonly (number | string)[];

export function positionOf(sort: Sort, record: QueryRecord): Position {
  return sort.flatMap<number | string>(({ field, as }) =>
    'system' in field ? [systemValueOf(record, field.system)] : sortKey(valueAt(record.data, field.path), as),
  );
}

/**
 * Compares two positions in the same sort: negative if `left` comes first, 0 only if both belong to the same record.
 * Three and more fields are compared by their key, so the index that orders a list by them never changes the order.
 */
export function comparePositions(sort: Sort, left: Position, right: Position): number {
  const order = keyOrder(sort);
  return isOrderedByKey(order) ? compareKeys(order, left, right) : compareTerms(sort, left, right);
}

function compareKeys(order: KeyOrder, left: Position, right: Position): number {
  const { term, place } = order.id;
  const ascending =
    Buffer.compare(positionKey(order, left), positionKey(order, right)) || compareValues(left[place], right[place]);
  return term.direction === 'ascending' ? ascending : -ascending;
}

function compareTerms(sort: Sort, left: Position, right: Position): number {
  let index = 0;
  for (const term of sort) {
    const { direction } = term;
    for (const end = index + positionWidth(term); index < end; index++) {
      const order = compareValues(left[index], right[index]);
      if (order !== 0) return direction === 'ascending' ? order : -order;
    }
  }
  return 0;
}

/** Whether a value that a client sent is a valid position in this sort, so that it can be used in a query. */
export function isPosition(sort: Sort, value: unknown): value is Position {
  if (!Array.isArray(value)) return false;
  let index = 0;
  for (const term of sort) {
    const { field } = term;
    const part: unknown[] = value.slice(index, (index += positionWidth(term)));
    if (!('system' in field ? isSystemValue(field.system, part[0]) : isSortKey(part))) return false;
  }
  return index === value.length;
}

function compareValues(left: number | string | undefined, right: number | string | undefined): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return compareCodePoints(String(left), String(right));
}

function isSystemValue(field: SystemField, value: unknown): boolean {
  return value !== null && value === systemValue(field, value);
}

function isSortKey([rank, number, text]: unknown[]): boolean {
  return (
    Number.isInteger(rank) &&
    Number(rank) >= 0 &&
    Number(rank) <= 6 &&
    Number.isFinite(number) &&
    typeof text === 'string' &&
    isStorableText(text) &&
    codePointLength(text) <= sortKeyCharacters
  );
}
