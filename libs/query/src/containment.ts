import { isJsonObject } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';

/** Whether two JSON values are the same: arrays in order, objects in any. */
export function jsonEquals(left: JsonValue, right: JsonValue): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((element, index) => jsonEquals(element, right[index] ?? null));
  }
  if (isJsonObject(left) && isJsonObject(right)) {
    const names = Object.keys(left);
    return (
      names.length === Object.keys(right).length && names.every((name) => memberHolds(jsonEquals, left, right, name))
    );
  }
  return left === right;
}

/**
 * PostgreSQL's `jsonb @>` below the root: a scalar contains its equal; an object, an object whose members it contains;
 * an array, an array each element of which one of its own contains, in any order and however often.
 */
export function jsonContains(whole: JsonValue, part: JsonValue): boolean {
  if (Array.isArray(whole) && Array.isArray(part)) {
    return part.every((wanted) => whole.some((element) => jsonContains(element, wanted)));
  }
  if (isJsonObject(whole) && isJsonObject(part)) {
    return Object.keys(part).every((name) => memberHolds(jsonContains, whole, part, name));
  }
  return whole === part;
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
