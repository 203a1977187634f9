import { codePointLength, firstCodePoints } from './code-points.js';
import type { DataComparison, SystemComparison } from './filter.js';
import type { IndexMember } from './index-definition.js';
import { indexKeyBytes, keyPart } from './index-key.js';
import { sortKey, sortKeyCharacters } from './sort-key.js';
import type { SortKey } from './sort-key.js';
import { systemSortKey } from './system-sort-key.js';

/** Keys from `start` up to but excluding `end`. */
export interface KeyRange {
  readonly start: Buffer;
  readonly end: Buffer;
}

/** A condition on a field of the record. */
export type Comparison = DataComparison | SystemComparison;

/** The conditions on one member, with the ranges of parts that satisfy all of them. */
export interface MemberRanges {
  readonly ranges: readonly KeyRange[];
  readonly used: readonly Comparison[];
  readonly isExact: boolean;
}

/** Returns the ranges of parts that satisfy the conditions on a member; undefined if no condition has a range. */
export function memberRanges(own: readonly Comparison[], member: IndexMember): MemberRanges | undefined {
  const list = own.find((one) => one.condition.operator === '_in' && pointsOf(one, member) !== null);
  if (list) {
    const points = (pointsOf(list, member) ?? []).toSorted((one, other) => one.compare(other));
    const distinct = points.filter((point, place) => !points[place - 1]?.equals(point));
    const isExact = !(list.condition.operand as unknown[]).some(isCutOff); // the operand of `_in` is a list
    return { ranges: distinct.map(withPrefix), used: [list], isExact };
  }
  let range: KeyRange | undefined;
  let isExact = true;
  const used: Comparison[] = [];
  for (const one of own) {
    const next = rangeOf(one, member);
    if (!next) continue;
    used.push(one);
    isExact &&= !isCutOff(one.condition.operand) && member.as !== 'dateTime'; // other strings come after all instants
    range = range ? intersection(range, next) : next;
  }
  return range && { ranges: range.start.compare(range.end) < 0 ? [range] : [], used, isExact };
}

function intersection(one: KeyRange, other: KeyRange): KeyRange {
  return {
    start: one.start.compare(other.start) >= 0 ? one.start : other.start,
    end: one.end.compare(other.end) <= 0 ? one.end : other.end,
  };
}

/** Returns the range of parts that satisfy a condition; null if the condition has none. */
function rangeOf(comparison: Comparison, member: IndexMember): KeyRange | null {
  const { operator, operand } = comparison.condition;
  const ranks = (from: number, to: number): KeyRange =>
    member.direction === 'ascending'
      ? { start: Buffer.from([from]), end: Buffer.from([to]) }
      : { start: Buffer.from([0xff - to + 1]), end: after(Buffer.from([0xff - from])) };
  switch (operator) {
    case '_exists':
      return operand ? ranks(1, 7) : ranks(0, 1);
    case '_isNull':
      return operand ? ranks(0, 2) : ranks(2, 7);
    case '_startsWith': {
      const start = prefixPart(comparison, member);
      return start && withPrefix(start);
    }
    case '_gt':
    case '_gte':
    case '_lt':
    case '_lte': {
      const point = pointOf(comparison, member);
      if (!point) return null;
      const rank = member.direction === 'ascending' ? point.readUInt8(0) : 0xff - point.readUInt8(0);
      const all = ranks(rank, rank + 1);
      const isUpwards = (operator === '_gt' || operator === '_gte') === (member.direction === 'ascending');
      const isInclusive = operator === '_gte' || operator === '_lte' || isCutOff(operand);
      if (isUpwards) return { start: isInclusive ? point : after(point), end: all.end };
      return { start: all.start, end: isInclusive ? after(point) : point };
    }
    default:
      return null;
  }
}

/** Returns the part of a scalar operand; null if the member does not compare values in the same way. */
export function pointOf(comparison: Comparison, member: IndexMember): Buffer | null {
  return partOf(comparison, comparison.condition.operand, member);
}

/** Returns the parts of the values of `_in`; null if one of them has none. */
function pointsOf(comparison: Comparison, member: IndexMember): Buffer[] | null {
  const { operand } = comparison.condition;
  if (!Array.isArray(operand)) return null;
  const points = operand.map((value: unknown) => partOf(comparison, value, member));
  return points.every((point) => point !== null) ? points : null;
}

function partOf(comparison: Comparison, value: unknown, member: IndexMember): Buffer | null {
  const key = sortKeyOf(comparison, value, member);
  return key && keyPart(key, member.as, member.direction);
}

function sortKeyOf(comparison: Comparison, value: unknown, member: IndexMember): SortKey | null {
  if (typeof value === 'object' && value !== null) return null;
  if (comparison.kind === 'system') return systemSortKey(comparison.field, value as string | number); // its operand
  if (typeof value === 'string' && comparison.condition.as !== member.as) return null;
  return sortKey(value as string | number | boolean | null, member.as); // a scalar operand
}

/** Returns the bytes with which the parts of all strings begin that begin with the operand. */
function prefixPart(comparison: Comparison, member: IndexMember): Buffer | null {
  const { operand } = comparison.condition;
  if (member.as === 'dateTime' || typeof operand !== 'string') return null;
  const part = partOf(comparison, firstCodePoints(operand, sortKeyCharacters), member);
  return part && part.subarray(0, -1); // without the end of the text
}

/** Whether the key of a text may not contain all of it. */
export function isCutOff(operand: unknown): boolean {
  return typeof operand === 'string' && codePointLength(operand) >= sortKeyCharacters;
}

/** Returns the range of keys that begin with these bytes. */
export function withPrefix(prefix: Buffer): KeyRange {
  return { start: prefix, end: after(prefix) };
}

/** The bytes after all keys. No key is as long. */
const END = Buffer.alloc(indexKeyBytes + 1, 0xff);

/** Returns the first key after all those that begin with these bytes. */
export function after(prefix: Buffer): Buffer {
  const last = prefix.findLastIndex((byte) => byte !== 0xff);
  if (last < 0) return END;
  const end = Buffer.from(prefix.subarray(0, last + 1));
  end.writeUInt8(end.readUInt8(last) + 1, last);
  return end;
}
