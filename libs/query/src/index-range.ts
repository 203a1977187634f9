import type { DataComparison, Filter } from './filter.js';
import type { IndexDefinition, IndexMember } from './index-definition.js';
import { elementMark, indexKeyBytes, maxPartBytes } from './index-key.js';
import { after, isCutOff, memberRanges, pointOf, withPrefix } from './member-ranges.js';
import type { Comparison, KeyRange, MemberRanges } from './member-ranges.js';
import { printField } from './path.js';
import type { Field } from './path.js';

/** The entries of an index that belong to the matches of a filter. */
export interface IndexRanges {
  readonly index: IndexDefinition;
  /** Ranges that contain an entry of every match. They do not overlap. */
  readonly ranges: readonly KeyRange[];
  /** Number of leading members that have only one value in these ranges. */
  readonly fixed: number;
  /** The parts of these members, with which all keys in the ranges begin. */
  readonly prefix: Buffer;
  /** Whether the ranges are narrower than the whole index. */
  readonly isNarrow: boolean;
  /** Whether exactly the matches have entries in the ranges, each of them one. */
  readonly isExact: boolean;
  /** Number of conditions that require a single value, or one of a list, and that the ranges satisfy. */
  readonly equalities: number;
  /** Whether the entries are those of array elements. */
  readonly ofElements: boolean;
  /** Whether a record may have several entries in the ranges: one for each element that satisfies a condition. */
  readonly repeats: boolean;
}

/**
 * Returns the ranges of an index that contain the matches of a filter. Leading members with an equality make up the
 * prefix of all keys; conditions on the next member make up the ranges. Other conditions of the filter remain to be
 * tested on the documents, and so do conditions whose operands have more characters than a key.
 */
export function indexRanges(index: IndexDefinition, filter: Filter): IndexRanges {
  const parts = conjuncts(filter);
  const comparisons = parts.filter((part) => part.kind === 'data' || part.kind === 'system');
  const used = new Set<Filter>();
  let prefix: Buffer = Buffer.alloc(0);
  let isExact = true;
  let fixed = 0;
  const result = (
    ranges: readonly KeyRange[],
    isNarrow: boolean,
    { ofElements = false, repeats = false, isList = false } = {},
  ): IndexRanges => ({
    ...{ index, ranges, fixed, prefix, isNarrow, ofElements, repeats },
    equalities: fixed + Number((ofElements && !repeats) || isList),
    isExact: isExact && !repeats && used.size === parts.length,
  });
  for (const [place, member] of index.members.entries()) {
    if (prefix.length + maxPartBytes(member.field) > indexKeyBytes) break; // the part may have been cut
    const own = comparisons.filter((one) => printField(fieldOf(one)) === printField(member.field));
    const equal = own.find((one) => one.condition.operator === '_eq' && pointOf(one, member) !== null);
    const point = equal && pointOf(equal, member);
    if (equal && point) {
      used.add(equal);
      isExact &&= !isCutOff(equal.condition.operand);
      prefix = Buffer.concat([prefix, point]);
      fixed++;
      continue;
    }
    const isLast = place === index.members.length - 1;
    const element = isLast ? parts.map((part) => elementOf(part, member)).find((one) => one !== null) : undefined;
    if (element) {
      used.add(element.part);
      isExact &&= element.isExact;
      return result([withPrefix(Buffer.concat([elementMark, prefix, element.point]))], true, { ofElements: true });
    }
    const found = memberRanges(own, member);
    if (found) {
      for (const one of found.used) used.add(one);
      isExact &&= found.isExact;
      return result(below(prefix, found.ranges), true, { isList: isList(found) });
    }
    const elements = isLast ? parts.map((part) => elementRanges(part, member)).find((one) => one) : undefined;
    if (!elements) break;
    const all = below(Buffer.concat([elementMark, prefix]), elements.ranges);
    return result(all, true, { ofElements: true, repeats: true, isList: isList(elements) });
  }
  return result([fixed > 0 ? withPrefix(prefix) : wholeValues(index)], fixed > 0);
}

function below(prefix: Buffer, ranges: readonly KeyRange[]): KeyRange[] {
  return ranges.map(({ start, end }) => ({ start: Buffer.concat([prefix, start]), end: Buffer.concat([prefix, end]) }));
}

function isList({ used }: MemberRanges): boolean {
  return used.some(({ condition }) => condition.operator === '_in');
}

/** All entries but those of elements. A whole value begins with a rank from 0 to 6, inverted if it is descending. */
function wholeValues({ members: [first] }: IndexDefinition): KeyRange {
  return first?.direction === 'descending'
    ? { start: Buffer.from([0xf9]), end: after(Buffer.from([0xff])) }
    : { start: Buffer.from([0]), end: Buffer.from([7]) };
}

/** A scalar that an array must contain to satisfy a part of a filter. */
interface RequiredElement {
  readonly part: Filter;
  readonly point: Buffer;
  /** Whether every array that contains it satisfies that part. */
  readonly isExact: boolean;
}

/** Returns the scalar that `_contains` requires, or `_some` with `_eq`; null for other conditions. */
function elementOf(part: Filter, member: IndexMember): RequiredElement | null {
  if ((part.kind !== 'data' && part.kind !== 'elements') || printField(part) !== printField(member.field)) return null;
  if (part.kind === 'data') {
    const point = part.condition.operator === '_contains' ? pointOf(part, member) : null;
    return point && { part, point, isExact: !isCutOff(part.condition.operand) };
  }
  if (part.quantifier !== 'some') return null;
  const tests = conjuncts(part.filter);
  for (const test of tests) {
    if (test.kind !== 'data' || test.path.length > 0 || test.condition.operator !== '_eq') continue;
    const point = pointOf(test, member);
    if (point) return { part, point, isExact: tests.length === 1 && !isCutOff(test.condition.operand) };
  }
  return null;
}

/**
 * Returns the ranges of parts in which an element is that satisfies `_some`; undefined if it has no range. Only scalars
 * have entries, so conditions that other values satisfy too have no range.
 */
function elementRanges(part: Filter, member: IndexMember): MemberRanges | undefined {
  if (part.kind !== 'elements' || part.quantifier !== 'some') return undefined;
  if (printField(part) !== printField(member.field)) return undefined;
  return memberRanges(conjuncts(part.filter).filter(isOnScalar), member);
}

/** Whether a condition is on an element itself, and only scalars satisfy it. */
export function isOnScalar(test: Filter): test is DataComparison {
  if (test.kind !== 'data' || test.path.length > 0) return false;
  const { operator, operand } = test.condition;
  return operator !== '_exists' && !(operator === '_isNull' && !operand);
}

/** Returns the parts of a filter that every match satisfies. */
export function conjuncts(filter: Filter): Filter[] {
  return filter.kind === 'and' ? filter.parts.flatMap(conjuncts) : [filter];
}

function fieldOf(comparison: Comparison): Field {
  return comparison.kind === 'data' ? { path: comparison.path } : { system: comparison.field };
}
