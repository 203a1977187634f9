import { isJsonObject } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';
import type { Filter } from '@haven/query';

import { refersTo } from '../domain/related-records.js';
import type { RelatingMember } from '../domain/related-records.js';

/**
 * Returns the filter of the list of records that refer to `id`: as `parseFilter` reads the given filter with the
 * reference as a further member, such as `{"year": {"_gte": 2000}, "director": "<id>"}`.
 */
export function filterOfRelated(
  filter: Filter,
  json: JsonValue | undefined,
  member: RelatingMember,
  id: string,
): Filter {
  const reference = refersTo(member, id);
  const members = isJsonObject(json) ? Object.keys(json).length : 0;
  if (members === 0) return reference;
  if (members > 1 && filter.kind === 'and') return { kind: 'and', parts: [...filter.parts, reference] };
  return { kind: 'and', parts: [filter, reference] };
}
