import type { JsonObject, JsonValue } from '@haven/kernel';

import { diff } from './difference.js';

/** Returns the JSON Patch of `{"data": …}` from one document of a record to the next. A deleted record has none. */
export function documentPatch(before: JsonObject | null, after: JsonObject | null): JsonValue[] {
  if (!after) return before ? [{ op: 'remove', path: '/data' }] : [];
  if (!before) return [{ op: 'add', path: '/data', value: after }];
  return diff({ data: before }, { data: after }).map((operation) => ({ ...operation }));
}
