import { isJsonObject } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';

/**
 * Applies a JSON Merge Patch (RFC 7396) to `target`: null removes a member, an object is merged, anything else replaces
 * the member. Neither argument is modified; the result shares unchanged parts with them.
 */
export function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const members = new Map(Object.entries(target));
  for (const [name, value] of Object.entries(patch)) {
    const old = members.get(name);
    if (value === null) members.delete(name);
    else members.set(name, isJsonObject(value) ? mergePatch(isJsonObject(old) ? old : {}, value) : value);
  }
  return Object.fromEntries(members);
}
