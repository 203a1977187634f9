import { isJsonObject } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

/** A JSON Merge Patch that only adds, replaces and removes members of the document itself. */
export interface ShallowMerge {
  readonly set: JsonObject;
  /** Names of the members to remove. */
  readonly removed: readonly string[];
}

/** Returns a merge patch as a shallow merge; undefined if it merges an object, which it does member by member. */
export function shallowMerge(patch: JsonObject): ShallowMerge | undefined {
  const set: [string, JsonValue][] = [];
  const removed: string[] = [];
  for (const [name, value] of Object.entries(patch)) {
    if (isJsonObject(value)) return undefined;
    if (value === null) removed.push(name);
    else set.push([name, value]);
  }
  return { set: Object.fromEntries(set), removed };
}
