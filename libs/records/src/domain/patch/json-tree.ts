import type { JsonObject, JsonValue } from '@haven/kernel';

/** An object or an array. */
export type Container = JsonObject | JsonValue[];

export function member(container: Container, key: string | number): JsonValue {
  return (container as JsonObject)[key] as JsonValue; // works for arrays too; the caller knows that the key exists
}

export function put(container: Container, key: string | number, value: JsonValue): void {
  (container as JsonObject)[key] = value; // works for arrays too
}

export function isContainer(value: JsonValue | undefined): value is Container {
  return typeof value === 'object' && value !== null;
}

/** Receives a number of values before they are visited. It throws if visiting them would be too much work. */
export type ValueCounter = (values: number) => void;

const uncounted: ValueCounter = () => undefined;

/**
 * Compares values deeply (RFC 6902 §4.6). Uses no recursion, because patches can build values that are nested more
 * deeply than a request may be, and the stack would overflow.
 */
export function isEqual(one: JsonValue, other: JsonValue, count = uncounted): boolean {
  const open: JsonValue[] = [one, other];
  while (open.length > 0) {
    const b = open.pop();
    const a = open.pop();
    if (a === b) continue;
    if (!isContainer(a) || !isContainer(b) || Array.isArray(a) !== Array.isArray(b)) return false;
    const keys = Array.isArray(a) ? undefined : Object.keys(a);
    const length = sizeOf(a, keys);
    if (length !== sizeOf(b)) return false;
    count(length);
    for (let index = 0; index < length; index++) {
      const key = keys?.[index] ?? index;
      if (!Object.hasOwn(b, key)) return false;
      const [before, after] = [member(a, key), member(b, key)];
      if (before !== after) open.push(before, after);
    }
  }
  return true;
}

export function cloneOf(value: JsonValue): JsonValue {
  const copy: JsonObject = { '': value };
  const open: Container[] = [copy];
  for (let container = open.pop(); container !== undefined; container = open.pop()) {
    const keys = Array.isArray(container) ? undefined : Object.keys(container);
    const length = sizeOf(container, keys);
    for (let index = 0; index < length; index++) {
      const key = keys?.[index] ?? index;
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
export function jsonSize(value: JsonValue, limit = Infinity, count = uncounted): number {
  if (!isContainer(value)) return scalarSize(value);
  let bytes = 0;
  const open: Container[] = [value];
  for (let next = open.pop(); next !== undefined && bytes <= limit; next = open.pop()) {
    const keys = Array.isArray(next) ? undefined : Object.keys(next);
    const length = sizeOf(next, keys);
    count(length);
    bytes += 2 + Math.max(length - 1, 0);
    for (let index = 0; index < length; index++) {
      const key = keys?.[index];
      if (key !== undefined) bytes += scalarSize(key) + 1;
      const child = member(next, key ?? index);
      if (isContainer(child)) open.push(child);
      else bytes += scalarSize(child);
    }
  }
  return bytes;
}

/** Returns the number of members or elements. `keys` are the names of an object's members, if they are known. */
function sizeOf(container: Container, keys?: string[]): number {
  return Array.isArray(container) ? container.length : (keys ?? Object.keys(container)).length;
}

/** Matches text that JSON contains as it is, one byte for each character. */
const PLAIN_TEXT = /^[ !#-[\]-~]*$/;

/** Returns the size of a scalar's JSON text in bytes. Takes short cuts for scalars of which documents have many. */
function scalarSize(value: Exclude<JsonValue, Container>): number {
  if (typeof value === 'number' && value >= 0 && value < 10 && Number.isInteger(value)) return 1;
  if (typeof value === 'string' && value.length < 100 && PLAIN_TEXT.test(value)) return value.length + 2;
  return Buffer.byteLength(JSON.stringify(value));
}
