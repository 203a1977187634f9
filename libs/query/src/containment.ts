import { isJsonObject } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';

import type { EvaluationWork } from './evaluation-work.js';

/** Whether two JSON values are equal. The order of array elements matters, the order of object members does not. */
export function jsonEquals(left: JsonValue, right: JsonValue, work?: EvaluationWork): boolean {
  const equals = (one: JsonValue, other: JsonValue): boolean => jsonEquals(one, other, work);
  if (Array.isArray(left) && Array.isArray(right)) {
    if (left.length !== right.length) return false;
    work?.scan(left.length);
    return left.every((element, index) => equals(element, right[index] ?? null));
  }
  if (isJsonObject(left) && isJsonObject(right)) {
    const names = Object.keys(left);
    work?.scan(names.length);
    return names.length === Object.keys(right).length && names.every((name) => memberHolds(equals, left, right, name));
  }
  return left === right;
}

/**
 * Implements PostgreSQL's `jsonb @>` for values below the root (at the root, an array also contains an equal scalar). A
 * scalar contains an equal scalar. An object contains another object if each member of the other is contained in the
 * member with the same name. An array contains another array if each element of the other is contained in one of its
 * own elements; order and repetition do not matter.
 */
export function jsonContains(whole: JsonValue, part: JsonValue, work?: EvaluationWork): boolean {
  const contains = (one: JsonValue, other: JsonValue): boolean => jsonContains(one, other, work);
  if (Array.isArray(whole) && Array.isArray(part)) {
    const nested = part.filter((wanted) => typeof wanted === 'object' && wanted !== null);
    if (nested.length < part.length && !containsScalars(whole, part, work)) return false;
    return nested.every((wanted) => {
      work?.scan(whole.length);
      return whole.some((element) => contains(element, wanted));
    });
  }
  if (isJsonObject(whole) && isJsonObject(part)) {
    return Object.keys(part).every((name) => memberHolds(contains, whole, part, name));
  }
  return whole === part;
}

/** Whether an array has all scalars that another one has. Reads each array once. */
function containsScalars(whole: JsonValue[], part: JsonValue[], work?: EvaluationWork): boolean {
  work?.scan(whole.length);
  const missing = new Set<JsonValue>(part.filter((wanted) => typeof wanted !== 'object' || wanted === null));
  return whole.some((element) => missing.delete(element) && missing.size === 0);
}

function memberHolds(
  holds: (left: JsonValue, right: JsonValue) => boolean,
  left: Record<string, JsonValue>,
  right: Record<string, JsonValue>,
  name: string,
): boolean {
  if (!Object.hasOwn(left, name) || !Object.hasOwn(right, name)) return false;
  return holds(left[name] ?? null, right[name] ?? null);
}
