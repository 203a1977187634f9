import type { JsonObject, JsonValue } from '@haven/kernel';
import { valueAt } from '@haven/query';

/**
 * Returns a copy of a document without links to the given records at a path: elements of an array are removed, and
 * another value becomes null, or is removed if it must not be null.
 */
export function withoutLinks(
  data: JsonObject,
  path: readonly string[],
  isTarget: (value: JsonValue) => boolean,
  { nullable }: { readonly nullable: boolean },
): JsonObject {
  const copy = structuredClone(data);
  const parent = valueAt(copy, path.slice(0, -1)) as JsonObject; // contains the member
  const name = path.at(-1) ?? '';
  const value = parent[name];
  if (Array.isArray(value)) parent[name] = value.filter((element) => !isTarget(element));
  else if (nullable) parent[name] = null;
  else delete parent[name];
  return copy;
}
