import { isJsonObject, pointerTo } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

/** A part of the settings that has no effect. */
export interface CollectionWarning {
  readonly code: string;
  readonly detail: string;
  readonly pointer: string;
}

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
const DATA = new Set(['const', 'enum', 'default', 'examples']);

/** Maximum number of warnings. */
const MAX_WARNINGS = 20;

/** Returns a warning for each `x-unique` in a schema: JSON Schema cannot make values unique among records. */
export function schemaWarnings(schema: JsonObject | null): CollectionWarning[] {
  const pointers: string[] = [];
  if (schema) find(schema, '/schema', pointers);
  return pointers.map((pointer) => ({
    code: 'KEYWORD_IGNORED',
    detail: 'The keyword `x-unique` has no effect. Declare a unique index: `indexes: [{"path": …, "unique": true}]`.',
    pointer,
  }));
}

function find(schema: JsonValue, pointer: string, found: string[], areNames = false): void {
  if (Array.isArray(schema)) {
    for (const [index, item] of schema.entries()) find(item, pointerTo(pointer, index), found);
    return;
  }
  if (!isJsonObject(schema) || found.length >= MAX_WARNINGS) return;
  for (const [name, value] of Object.entries(schema)) {
    const at = pointerTo(pointer, name);
    if (areNames) find(value, at, found);
    else if (name === 'x-unique') found.push(at);
    else if (!DATA.has(name)) find(value, at, found, NAMED.has(name));
  }
}
