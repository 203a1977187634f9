import { isJsonObject } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';

import { foldCase } from './case-folding.js';
import { compareCodePoints } from './code-points.js';
import { jsonContains, jsonEquals } from './containment.js';
import type { EvaluationWork } from './evaluation-work.js';
import type { Condition, ElementsCondition, Filter, Ordering, SystemCondition } from './filter.js';
import { isLike } from './like-pattern.js';
import { inOrder } from './in-order.js';
import { valueAt } from './path.js';
import { comparePositions, positionOf } from './position.js';
import { systemValueOf } from './query-record.js';
import type { QueryRecord } from './query-record.js';
import type { Sort } from './sort.js';
import { typedHolds } from './typed-condition.js';

/**
 * Whether a record satisfies a filter. Gives the same result as the filter's SQL. Throws `FilterTooExpensive` if it
 * exceeds the limit of `work`.
 */
export function matchesFilter(filter: Filter, record: QueryRecord, work?: EvaluationWork): boolean {
  return matches(filter, record.data, record, work);
}

/** Whether the data of a record, or an element of an array in it, satisfies a filter. */
function matches(filter: Filter, data: JsonValue, record: QueryRecord, work?: EvaluationWork): boolean {
  work?.condition();
  switch (filter.kind) {
    case 'and':
      return filter.parts.every((part) => matches(part, data, record, work));
    case 'or':
      return filter.parts.some((part) => matches(part, data, record, work));
    case 'not':
      return !matches(filter.part, data, record, work);
    case 'data':
      return holds(filter.condition, valueAt(data, filter.path), work);
    case 'elements':
      return elementsHold(filter, valueAt(data, filter.path), (element) =>
        matches(filter.filter, element, record, work),
      );
    case 'size': {
      const value = valueAt(data, filter.path);
      return Array.isArray(value) && comparisonHolds(filter.condition, value.length);
    }
    case 'search':
      throw new Error('Only the database evaluates a search. Filters that are evaluated in memory are parsed without.');
    case 'system':
      return comparisonHolds(filter.condition, systemValueOf(record, filter.field));
  }
}

function elementsHold(
  { quantifier }: ElementsCondition,
  value: JsonValue | undefined,
  test: (element: JsonValue) => boolean,
): boolean {
  return Array.isArray(value) && (quantifier === 'some' ? value.some(test) : value.every(test));
}

/** Returns a comparator that orders records as the sort's SQL does. */
export function compareRecords(sort: Sort): (left: QueryRecord, right: QueryRecord) => number {
  return (left, right) => comparePositions(sort, positionOf(sort, left), positionOf(sort, right));
}

function holds(condition: Condition, value: JsonValue | undefined, work?: EvaluationWork): boolean {
  if (condition.as) return typeof value === 'string' && typedHolds(condition, value, work);
  const { operator, operand } = condition;
  if (operator === '_exists') return (value !== undefined) === operand;
  if (operator === '_isNull') return (value === undefined || value === null) === operand;
  if (value === undefined) return false;
  switch (operator) {
    case '_eq':
      return jsonEquals(value, operand, work);
    case '_in':
      work?.scan(operand.length);
      return operand.some((one) => jsonEquals(value, one, work));
    case '_contains':
      return contains(value, operand, work);
    case '_startsWith':
      return typeof value === 'string' && value.startsWith(operand);
    case '_like':
      return typeof value === 'string' && isLike(value, operand, work);
    case '_ilike':
      if (typeof value !== 'string') return false;
      work?.scan(value.length + operand.length);
      return isLike(foldCase(value), foldCase(operand), work);
    default:
      return isOrdered(operator, value, operand, work);
  }
}

function contains(value: JsonValue, operand: JsonValue, work?: EvaluationWork): boolean {
  if (Array.isArray(operand)) return jsonContains(value, operand, work);
  return jsonContains(value, [operand], work) || (isJsonObject(operand) && jsonContains(value, operand, work));
}

function isOrdered(
  operator: Ordering,
  value: JsonValue,
  operand: number | string,
  work: EvaluationWork | undefined,
): boolean {
  if (typeof value === 'number' && typeof operand === 'number') return inOrder(operator, value - operand);
  if (typeof value !== 'string' || typeof operand !== 'string') return false;
  work?.scan(Math.min(value.length, operand.length));
  return inOrder(operator, compareCodePoints(value, operand));
}

function comparisonHolds({ operator, operand }: SystemCondition, value: string | number): boolean {
  if (operator === '_in') return operand.includes(value);
  if (operator === '_eq') return value === operand;
  return inOrder(operator, value < operand ? -1 : Number(value > operand));
}
