import type { JsonObject } from '@haven/kernel';

import { jsonEquals } from './containment.js';
import type { IndexDefinition } from './index-definition.js';
import { elementMark, indexKey, keyPart } from './index-key.js';
import { valueAt } from './path.js';
import type { Field, FieldPath } from './path.js';
import { sortKey } from './sort-key.js';

/**
 * Returns the keys of a document in an index: the key of the whole values and, if the last member is an array, one for
 * each of its scalars. The SQL function `haven.index_keys` returns the same keys. Returns null if they do not depend on
 * the document alone, because a member is a system field.
 */
export function documentKeys({ members }: IndexDefinition, data: JsonObject): Buffer[] | null {
  const prefix: Buffer[] = [];
  let elements: Buffer[] = [];
  for (const { field, direction, as } of members) {
    if ('system' in field) return null;
    const value = valueAt(data, field.path);
    if (Array.isArray(value)) {
      const parts = value
        .filter((element) => typeof element !== 'object' || element === null)
        .map((element) => keyPart(sortKey(element, as), as, direction));
      elements = distinct(parts.map((part) => indexKey([elementMark, ...prefix, part])));
    } else {
      elements = [];
    }
    prefix.push(keyPart(sortKey(value, as), as, direction));
  }
  return [indexKey(prefix), ...elements];
}

function distinct(keys: readonly Buffer[]): Buffer[] {
  return [...new Map(keys.map((key) => [key.toString('latin1'), key])).values()];
}

/** Whether a change of a document leaves its entries in an index as they are, because no member changes its value. */
export function keepsEntries({ members }: IndexDefinition, before: JsonObject, after: JsonObject): boolean {
  return members.every(({ field }) => keepsValue(field, before, after));
}

/** Whether a change of a document leaves the members at all of these paths as they are. */
export function keepsMembers(paths: readonly FieldPath[], before: JsonObject, after: JsonObject): boolean {
  return paths.every((path) => keepsValue({ path }, before, after));
}

function keepsValue(field: Field, before: JsonObject, after: JsonObject): boolean {
  if ('system' in field) return field.system === 'id' || field.system === 'createdAt';
  const [old, now] = [valueAt(before, field.path), valueAt(after, field.path)];
  return old === now || (old !== undefined && now !== undefined && jsonEquals(old, now));
}
