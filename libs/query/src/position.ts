import { codePointLength, compareCodePoints, isStorableText } from './code-points.js';
import { valueAt } from './path.js';
import type { Field, SystemField } from './path.js';
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
  return sort.flatMap<number | string>(({ field }) =>
    'system' in field ? [systemValueOf(record, field.system)] : sortKey(valueAt(record.data, field.path)),
  );
}

/**
 * Compares two positions in the same sort: negative if `left` comes first, 0 only if both belong to the same record.
 */
export function comparePositions(sort: Sort, left: Position, right: Position): number {
  let index = 0;
  for (const { field, direction } of sort) {
    for (const end = index + width(field); index < end; index++) {
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
  for (const { field } of sort) {
    const part: unknown[] = value.slice(index, (index += width(field)));
    if (!('system' in field ? isSystemValue(field.system, part[0]) : isSortKey(part))) return false;
  }
  return index === value.length;
}

function width(field: Field): number {
  return 'system' in field ? 1 : 3;
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
