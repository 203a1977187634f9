import { isJsonObject, pointerTo } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

/** Keywords whose members have names that the client chooses. */
const NAMED = new Set([
  'properties',
  'patternProperties',
  'dependentSchemas',
  'dependentRequired',
  'dependencies',
  '$defs',
  'definitions',
]);

/** Keywords that contain data instead of schemas. */
const DATA = new Set(['const', 'enum', 'default', 'examples', 'x-haven-default']);

/**
 * Returns where a schema has a keyword, as JSON Pointers in the settings. Stops after `max`. Members of records that
 * have the name of the keyword are not found.
 */
export function keywordPointers(schema: JsonObject, keyword: string, max: number): string[] {
  const found: string[] = [];
  find(schema, '/schema', false);
  return found;

  function find(value: JsonValue, pointer: string, areNames: boolean): void {
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) find(item, pointerTo(pointer, index), false);
      return;
    }
    if (!isJsonObject(value)) return;
    for (const [name, inner] of Object.entries(value)) {
      if (found.length >= max) return;
      const at = pointerTo(pointer, name);
      if (areNames) find(inner, at, false);
      else if (name === keyword) found.push(at);
      else if (!DATA.has(name)) find(inner, at, NAMED.has(name));
    }
  }
}
