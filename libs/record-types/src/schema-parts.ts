import type { SchemaNode } from '@haven/json-schema';
import { isJsonObject } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

type Subschema = SchemaNode['subschemas'][number];

/** Returns the schemas that a keyword of a schema contains. A keyword beside a `$ref` of draft 7 has none. */
export function subschemasOf(node: SchemaNode, keyword: string): readonly Subschema[] {
  if (!isJsonObject(node.schema) || !(keyword in node.schema)) return [];
  return node.subschemas.filter((one) => one.keyword === keyword);
}

/** Returns the branches of `anyOf` or `oneOf`, without the one that stands for null. */
export function branchesOf(node: SchemaNode, keyword: string): SchemaNode[] {
  return subschemasOf(node, keyword)
    .map((one) => one.node)
    .filter(({ schema }) => !isJsonObject(schema) || !isNull(schema));
}

/** Returns the members that the schema of an object names, in the order of the schema. */
export function membersOf(node: SchemaNode): { readonly key: string; readonly node: SchemaNode }[] {
  return subschemasOf(node, 'properties').map((one) => ({ key: String(one.key), node: one.node }));
}

/** Returns the keys that the schema of an object requires. */
export function requiredKeys({ schema }: SchemaNode): ReadonlySet<JsonValue> {
  const required = isJsonObject(schema) ? schema['required'] : undefined;
  return new Set(Array.isArray(required) ? required : []);
}

/** Returns `title` and `description` of a schema as one text. */
export function descriptionOf({ schema }: SchemaNode): string | undefined {
  if (!isJsonObject(schema)) return undefined;
  const texts = [schema['title'], schema['description']]
    .filter((text) => typeof text === 'string')
    .map((text) => text.trim())
    .filter((text) => text !== '');
  return texts.length === 0 ? undefined : [...new Set(texts)].join('\n\n');
}

/** Returns a value as a list: itself if it is one, otherwise a list of it alone. */
export function listOf(value: JsonValue): JsonValue[] {
  return Array.isArray(value) ? value : [value];
}

function isNull(schema: JsonObject): boolean {
  const { type, const: constant, enum: values } = schema;
  if (constant === null && 'const' in schema) return true;
  if (Array.isArray(values) && values.length === 1 && values[0] === null) return true;
  return type !== undefined && listOf(type).every((name) => name === 'null');
}
