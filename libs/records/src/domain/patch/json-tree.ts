import type { JsonObject, JsonValue } from '@haven/kernel';

/** An object or an array. */
export type Container = JsonObject | JsonValue[];

export function member(container: Container, key: string): JsonValue {
  return (container as JsonObject)[key] as JsonValue; // works for arrays too; the caller knows that the key exists
}

export function put(container: Container, key: string, value: JsonValue): void {
  (container as JsonObject)[key] = value; // works for arrays too
}

export function isContainer(value: JsonValue | undefined): value is Container {
  return typeof value === 'object' && value !== null;
}

/**
 * Compares values deeply (RFC 6902 §4.6). Uses no recursion, because patches can build values that are nested more
 * deeply than a request may be, and the stack would overflow.
 */
export function isEqual(one: JsonValue, other: JsonValue): boolean {
  const pairs: [JsonValue, JsonValue][] = [[one, other]];
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [a, b] = pair;
    if (a === b) continue;
    if (!isContainer(a) || !isContainer(b) || Array.isArray(a) !== Array.isArray(b)) return false;
    const keys = Object.keys(a);
    if (keys.length !== Object.keys(b).length) return false;
    for (const key of keys) {
      if (!Object.hasOwn(b, key)) return false;
      pairs.push([member(a, key), member(b, key)]);
    }
  }
  return true;
}

export function cloneOf(value: JsonValue): JsonValue {
  const copy: JsonObject = { '': value };
  const open: Container[] = [copy];
  for (let container = open.pop(); container !== undefined; container = open.pop()) {
    for (const key of Object.keys(container)) {
      const child = member(container, key);
      if (!isContainer(child)) continue;
      const own = Array.isArray(child) ? child.slice() : { ...child };
      put(container, key, own);
      open.push(own);
    }
  }
  return member(copy, '');
}

/** Returns the size of the value's JSON text in bytes. Stops counting above `limit`. */
export function jsonSize(value: JsonValue, limit = Infinity): number {
  let bytes = 0;
  const open: JsonValue[] = [value];
  for (let next = open.pop(); next !== undefined && bytes <= limit; next = open.pop()) {
    if (!isContainer(next)) {
      bytes += Buffer.byteLength(JSON.stringify(next));
      continue;
    }
    const values = Object.values(next);
    bytes += 2 + Math.max(values.length - 1, 0);
    for (const value of values) open.push(value);
    if (Array.isArray(next)) continue;
    for (const key of Object.keys(next)) bytes += Buffer.byteLength(JSON.stringify(key)) + 1;
  }
  return bytes;
}
