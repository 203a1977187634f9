import { isJsonObject } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

interface Operation {
  op: string;
  path: string;
  value?: JsonValue;
}

/**
 * Applies a JSON Patch of `{"data": …}` with the operations that Haven writes: `add`, `replace` and `remove`. Written
 * apart from Haven's own code, so that tests compare two implementations. Returns null if there is no document left.
 */
export function applyPatch(before: JsonObject | null, patch: readonly JsonValue[]): JsonValue {
  const record: JsonObject = before ? { data: structuredClone(before) } : {};
  for (const { op, path, value = null } of patch as unknown as Operation[]) {
    const names = path
      .split('/')
      .slice(1)
      .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = names.pop() ?? '';
    const parent = names.reduce<JsonValue>((at, name) => (at as JsonObject)[name] ?? null, record);
    if (Array.isArray(parent)) {
      const place = last === '-' ? parent.length : Number(last);
      parent.splice(place, op === 'add' ? 0 : 1, ...(op === 'remove' ? [] : [value]));
      continue;
    }
    if (!isJsonObject(parent) || (op !== 'add' && !(last in parent))) throw new Error(`There is no ${path}.`);
    if (op === 'remove') delete parent[last];
    else parent[last] = value;
  }
  return record['data'] ?? null;
}
