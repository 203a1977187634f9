import { isObject } from './diff.js';
import { asSchema } from './json-schema.js';
import type { JsonSchema } from './json-schema.js';

/** Formats that are proposed if all strings have them. */
const FORMATS: readonly [format: string, pattern: RegExp][] = [
  ['date', /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/],
  ['date-time', /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/],
  ['uuid', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i],
  ['email', /^[^\s@"<>]+@[\w-]+(\.[\w-]+)+$/],
];

/** Deeper values can be anything. */
const DEPTH = 8;

/** Returns a schema that all documents of a sample satisfy. Members that all of them have are required. */
export function proposeSchema(documents: readonly Record<string, unknown>[]): JsonSchema {
  return objectSchema(documents, 0);
}

/**
 * Returns a schema for a form of further documents like those of a sample. It has their members and types, but requires
 * no member, and allows all numbers where the sample has integers.
 */
export function formSchema(documents: readonly Record<string, unknown>[]): JsonSchema {
  return relaxed(proposeSchema(documents));
}

function relaxed(schema: JsonSchema): JsonSchema {
  const { required: _, type, properties, items, ...rest } = schema;
  const members = Object.entries(asSchema(properties)).map(([name, part]) => [name, relaxed(asSchema(part))]);
  return {
    ...rest,
    ...(type !== undefined && { type: relaxedType(type) }),
    ...(properties !== undefined && { properties: Object.fromEntries(members) }),
    ...(items !== undefined && { items: relaxed(asSchema(items)) }),
  };
}

function relaxedType(type: unknown): unknown {
  if (Array.isArray(type)) return [...new Set(type.map(relaxedType))];
  return type === 'integer' ? 'number' : type;
}

function schemaOf(values: readonly unknown[], depth: number): JsonSchema {
  const found = values.filter((value) => value !== null);
  if (found.length === 0 || depth > DEPTH) return {};
  const schema = nonNullSchema(found, depth);
  return found.length === values.length ? schema : { ...schema, type: [schema['type'], 'null'].flat() };
}

function nonNullSchema(values: readonly unknown[], depth: number): JsonSchema {
  const [type, ...more] = new Set(values.map(typeOf));
  if (more.length > 0) {
    const types = [type, ...more];
    return { type: types.every((one) => one === 'integer' || one === 'number') ? 'number' : types };
  }
  if (type === 'object') return objectSchema(values.filter(isObject), depth);
  if (type === 'array') return arraySchema(values, depth);
  const format = type === 'string' && FORMATS.find(([, pattern]) => values.every((text) => pattern.test(String(text))));
  return { type, ...(format && { format: format[0] }) };
}

function objectSchema(objects: readonly Record<string, unknown>[], depth: number): JsonSchema {
  const values = new Map<string, unknown[]>();
  for (const [name, value] of objects.flatMap((object) => Object.entries(object))) {
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  const required = [...values].filter(([, found]) => found.length === objects.length).map(([name]) => name);
  return {
    type: 'object',
    ...(required.length > 0 && { required }),
    properties: Object.fromEntries([...values].map(([name, found]) => [name, schemaOf(found, depth + 1)])),
  };
}

function arraySchema(arrays: readonly unknown[], depth: number): JsonSchema {
  const items = schemaOf(arrays.flat(), depth + 1);
  return { type: 'array', ...(Object.keys(items).length > 0 && { items }) };
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value;
}
