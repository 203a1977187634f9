import { limitExceeded, isJsonObject } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import { parsePath, splitUnescaped } from './path.js';
import type { FieldPath } from './path.js';

/**
 * Parses a list of members (comma-separated paths, or an array of paths). Returns a function that reduces a document to
 * these members. Returns undefined if no list is given, in which case the caller returns the whole document.
 */
export function projection(
  fields: string | readonly string[] | undefined | null,
  limit: number,
): ((data: JsonObject) => JsonObject) | undefined {
  if (fields == null) return undefined;
  const texts = [fields].flat().flatMap((text) => splitUnescaped(text, ','));
  if (texts.length > limit) throw limitExceeded('limits.fields', limit, '/fields');
  const paths = texts.map((text) => parsePath(text, { code: 'SORT_INVALID', pointer: '/fields' }));
  return (data) => paths.reduce<JsonObject>((kept, path) => keep(kept, data, path), {});
}

/**
 * Returns `kept` with the addition of the value at a path of `data`. Adds the objects that enclose this value; adds
 * nothing if the path does not exist.
 */
function keep(kept: JsonObject, data: JsonObject, [name, ...rest]: FieldPath): JsonObject {
  if (name === undefined || !Object.hasOwn(data, name)) return kept;
  const value = data[name] as JsonValue; // it is an own member
  if (rest.length === 0) return { ...kept, [name]: value };
  if (!isJsonObject(value)) return kept;
  const before = Object.hasOwn(kept, name) ? kept[name] : undefined;
  const inner = keep(isJsonObject(before) ? before : {}, value, rest);
  return Object.keys(inner).length === 0 && before === undefined ? kept : { ...kept, [name]: inner };
}
