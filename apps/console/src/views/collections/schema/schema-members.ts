import { asSchema } from '../../../values/json-schema.js';
import type { JsonSchema } from '../../../values/json-schema.js';

/** A member that an object schema declares. */
export interface SchemaMember {
  name: string;
  /** A schema: an object, `true` or `false`. */
  schema: unknown;
  isRequired: boolean;
}

/** Returns the members that an object schema declares. */
export function membersOf(schema: JsonSchema): SchemaMember[] {
  const required = requiredOf(schema);
  return Object.entries(asSchema(schema['properties'])).map(([name, member]) => ({
    name,
    schema: member,
    isRequired: required.includes(name),
  }));
}

/** Returns an object schema with other members. Names in `required` that are not declared stay. */
export function withMembers(schema: JsonSchema, members: readonly SchemaMember[]): JsonSchema {
  const declared = new Set(membersOf(schema).map(({ name }) => name));
  const before = requiredOf(schema);
  const wanted = [
    ...members.filter(({ isRequired }) => isRequired).map(({ name }) => name),
    ...before.filter((name) => !declared.has(name)),
  ];
  const isSame = wanted.length === before.length && wanted.every((name) => before.includes(name));
  const required = isSame ? before : [...new Set(wanted)];
  const properties = Object.fromEntries(members.map(({ name, schema: member }) => [name, member]));
  const { required: _, ...withoutRequired } = schema;
  // The order of the keywords stays as it was.
  return required.length > 0 ? { ...schema, required, properties } : { ...withoutRequired, properties };
}

function requiredOf(schema: JsonSchema): string[] {
  const { required } = schema;
  return Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [];
}
