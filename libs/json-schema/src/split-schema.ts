import { isJsonObject } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

const WIDE = 100;

/**
 * Splits each keyword of a schema that contains more than a hundred subschemas. They are moved to definitions with a
 * hundred subschemas each, to which the schema then refers in `allOf`. `properties` and lists of items keep the value
 * `true` for each member or item, so that `additionalProperties`, `items` and similar keywords beside them still do not
 * apply to it.
 */
export function split(schema: Map<string, JsonValue>, definitions: Map<string, JsonValue>): Map<string, JsonValue> {
  const pieces: JsonValue[] = [];
  for (const keyword of ['properties', 'dependentSchemas', 'dependentRequired', 'dependencies']) {
    const members = Object.entries(asObject(schema.get(keyword)));
    if (members.length <= WIDE) continue;
    for (const part of chunks(members)) pieces.push(define({ [keyword]: Object.fromEntries(part) }));
    if (keyword === 'properties') schema.set(keyword, Object.fromEntries(members.map(([name]) => [name, true])));
    if (keyword !== 'properties') schema.delete(keyword);
  }
  for (const keyword of ['prefixItems', 'items']) {
    const items = asList(schema.get(keyword));
    if (items.length <= WIDE) continue;
    const before = (part: number): JsonValue[] => Array.from({ length: part * WIDE }, () => true);
    pieces.push(...chunks(items).map((part, index) => define({ [keyword]: [...before(index), ...part] })));
    schema.set(
      keyword,
      items.map(() => true),
    );
  }
  const all = [...asList(schema.get('allOf')), ...pieces];
  const parts = all.length > WIDE ? chunks(all).map((part) => define({ allOf: part })) : all;
  return parts.length > 0 ? schema.set('allOf', parts) : schema;

  function define(definition: JsonValue): JsonValue {
    const name = `p${definitions.size}`;
    definitions.set(name, definition);
    return { $ref: `#/$defs/${name}` };
  }
}

function chunks<T>(values: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(values.length / WIDE) }, (_, part) =>
    values.slice(part * WIDE, (part + 1) * WIDE),
  );
}

function asList(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function asObject(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
