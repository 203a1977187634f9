import { limitExceeded, pointerTo } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';
import { valueAt } from '@haven/query';
import type { IndexDefinition } from '@haven/query';

/**
 * Throws `LIMIT_EXCEEDED` if a document would have more than `limit` entries in an index: one, and one for each
 * different scalar in an array at the index's last path.
 */
export function requireFewKeys(indexes: readonly IndexDefinition[], data: JsonObject, limit: number): void {
  for (const { members } of indexes) {
    const field = members.at(-1)?.field;
    if (!field || 'system' in field) continue;
    const value = valueAt(data, field.path);
    if (!Array.isArray(value) || value.length < limit) continue;
    const scalars = new Set<JsonValue>(value.filter((element) => typeof element !== 'object' || element === null));
    if (scalars.size >= limit)
      throw limitExceeded('limits.keysPerRecord', limit, field.path.reduce(pointerTo, '/data'));
  }
}
