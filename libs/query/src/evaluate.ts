import { isJsonObject } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';

import { foldCase } from './case-folding.js';
import { compareCodePoints } from './code-points.js';
import { jsonContains, jsonEquals } from './containment.js';
import type { EvaluationWork } from './evaluation-work.js';
import type { Condition, Filter, Ordering, SystemCondition } from './filter.js';
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
  switch (filter.kind) {
    case 'and':
      return filter.parts.every((part) => matchesFilter(part, record, work));
    case 'or':
      return filter.parts.some((part) => matchesFilter(part, record, work));
    case 'not':
      return !matchesFilter(filter.part, record, work);
    case 'data':
      return holds(filter.condition, valueAt(record.data, filter.path), work);
    case 'system':
      return systemHolds(filter.condition, systemValueOf(record, filter.field));
    case 'search':
      throw new Error('Only the database evaluates a search. Filters that are evaluated in memory are parsed without.');
  }
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
      return jsonEquals(value, operand);
    case '_in':
      return operand.some((one) => jsonEquals(value, one));
    case '_contains':
      return contains(value, operand, work);
    case '_startsWith':
      return typeof value === 'string' && value.startsWith(operand);
    case '_like':
      return typeof value === 'string' && isLike(value, operand, work);
    case '_ilike':
      if (typeof value !== 'string') return false;
      work?.scan(value.length);
      return isLike(foldCase(value), foldCase(operand), work);
    default:
      return isOrdered(operator, value, operand);
  }
}

function contains(value: JsonValue, operand: JsonValue, work?: EvaluationWork): boolean {
  if (Array.isArray(operand)) return jsonContains(value, operand, work);
  return jsonContains(value, [operand], work) || (isJsonObject(operand) && jsonContains(value, operand, work));
}

function isOrdered(operator: Ordering, value: JsonValue, operand: number | string): boolean {
  if (typeof value === 'number' && typeof operand === 'number') return inOrder(operator, value - operand);
  if (typeof value === 'string' && typeof operand === 'string')
    return inOrder(operator, compareCodePoints(value, operand));
  return false;
}

function systemHolds({ operator, operand }: SystemCondition, value: string | number): boolean {
  if (operator === '_in') return operand.includes(value);
  if (operator === '_eq') return value === operand;
  return inOrder(operator, value < operand ? -1 : Number(value > operand));
}
