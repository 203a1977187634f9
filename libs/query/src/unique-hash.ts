import { sha256 } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import { foldCase } from './case-folding.js';
import type { IndexDefinition, ValueType } from './index-definition.js';
import { parseInstant } from './instant.js';
import { valueAt } from './path.js';

/**
 * Returns the hash that stands for the values of a document in a unique index, as `haven.index_keys` does, or null if
 * the document has none, because a member is missing or null. Returns undefined if only SQL can compute it: if a value
 * is an array, an object or a number that PostgreSQL prints differently, or a member is a system field.
 */
export function uniqueHash({ members }: IndexDefinition, data: JsonObject): Buffer | null | undefined {
  const identities: Buffer[] = [];
  let isMissing = false;
  for (const { field, as } of members) {
    if ('system' in field) return undefined;
    const value = valueAt(data, field.path);
    if (value === undefined || value === null) {
      isMissing = true;
      continue;
    }
    const identity = identityOf(value, as);
    if (!identity) return undefined;
    const [kind, content] = identity;
    const text = Buffer.from(content);
    const length = Buffer.alloc(4);
    length.writeInt32BE(text.length);
    identities.push(Buffer.from(kind), length, text);
  }
  return isMissing ? null : sha256(Buffer.concat(identities));
}

/** Encodes a whole value like `haven.identity_of`: its kind and its content. */
function identityOf(value: JsonValue, as: ValueType | undefined): [kind: string, content: string] | undefined {
  if (typeof value === 'boolean') return ['b', String(value)];
  if (typeof value === 'number') {
    const content = String(value);
    return content.includes('e') ? undefined : ['n', content];
  }
  if (typeof value !== 'string') return undefined;
  if (as === 'caseless') return ['s', foldCase(value)];
  const instant = as === 'dateTime' ? parseInstant(value) : null;
  return instant ? ['d', `T${instant.seconds} ${instant.nanos}`] : ['s', value];
}
