import type { Data } from '../../api/types.js';
import { asSchema } from '../../values/json-schema.js';
import type { JsonSchema } from '../../values/json-schema.js';

/** Returns the names of the members of a form: those of the schema, then those that only the value has. */
export function memberNames(schema: JsonSchema, value: Data): string[] {
  return [...new Set([...Object.keys(asSchema(schema['properties'])), ...Object.keys(value)])];
}

/** Returns the schema of a member. */
export function memberSchema(schema: JsonSchema, name: string): unknown {
  const properties = asSchema(schema['properties']);
  return Object.hasOwn(properties, name) ? properties[name] : schema['additionalProperties'];
}

/** Returns a copy with another value of a member; undefined removes it. The order of the members stays. */
export function withMember(value: Data, name: string, next: unknown): Data {
  if (next === undefined) return Object.fromEntries(Object.entries(value).filter(([other]) => other !== name));
  // An assignment to a member named `__proto__` would set the prototype.
  if (Object.hasOwn(value, name))
    return Object.fromEntries(Object.entries(value).map(([other, old]) => [other, other === name ? next : old]));
  return Object.fromEntries([...Object.entries(value), [name, next]]);
}
