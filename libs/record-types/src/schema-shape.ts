import type { SchemaNode } from '@haven/json-schema';
import { isJsonObject } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import { integerScalar } from './integer-scalar.js';
import { branchesOf, listOf, subschemasOf } from './schema-parts.js';
import type { ScalarName } from './value-type.js';

/** The type of the values of a schema, other than null, as far as the schema determines it. */
export type Shape =
  | { readonly kind: 'scalar'; readonly node: SchemaNode; readonly scalar: ScalarName; readonly strings?: string[] }
  | { readonly kind: 'list'; readonly node: SchemaNode; readonly items: SchemaNode | null }
  | { readonly kind: 'object'; readonly node: SchemaNode }
  | { readonly kind: 'branches'; readonly node: SchemaNode; readonly branches: readonly SchemaNode[] }
  /** Any JSON. `reason` is absent if the schema allows any value anyway. */
  | { readonly kind: 'any'; readonly reason?: string };

/** Maximum length of a chain of `$ref`, `allOf` … that is followed. A longer one is not an accepted schema. */
const LONGEST_CHAIN = 300;

/**
 * Returns the shape of the values of a schema. A keyword that only restricts the values further has no effect on it: a
 * value that satisfies all keywords satisfies those on which the shape is based.
 */
export function shapeOf(start: SchemaNode): Shape {
  let node = start;
  let reason: string | undefined;
  for (let step = 0; step < LONGEST_CHAIN; step++) {
    if (typeof node.schema === 'boolean') return { kind: 'any', reason };
    const own = ownShape(node, node.schema);
    if (own && own.kind !== 'any') return own;
    reason ??= own?.reason;
    const next = own ? undefined : equivalentOf(node);
    if (!next) return { kind: 'any', reason: reason ?? reasonOf(node.schema) };
    node = next;
  }
  return { kind: 'any', reason: 'The chain of references is too long.' };
}

/** Returns the types that a schema lists, without null; null if it does not list any. */
export function typesOf({ type }: JsonObject): string[] | null {
  if (type === undefined) return null;
  return listOf(type).filter((name): name is string => typeof name === 'string' && name !== 'null');
}

/** Returns the shape that follows from the keywords of this very schema; undefined if others may determine it. */
function ownShape(node: SchemaNode, schema: JsonObject): Shape | undefined {
  const types = typesOf(schema);
  if (!types) return shapeWithoutType(node, schema);
  const [first, ...others] = types;
  if (first === undefined) return { kind: 'any', reason: 'The schema allows only null.' };
  if (others.length > 0) {
    const areNumbers = types.every((type) => type === 'integer' || type === 'number');
    if (areNumbers) return { kind: 'scalar', node, scalar: 'Float' };
    return { kind: 'any', reason: 'The schema allows several types.' };
  }
  if (first === 'string') return stringShape(node, schema);
  if (first === 'integer') return { kind: 'scalar', node, scalar: integerScalar(schema) };
  if (first === 'number') return { kind: 'scalar', node, scalar: 'Float' };
  if (first === 'boolean') return { kind: 'scalar', node, scalar: 'Boolean' };
  if (first === 'array') return arrayShape(node, schema);
  return objectShape(node, schema);
}

function shapeWithoutType(node: SchemaNode, schema: JsonObject): Shape | undefined {
  const values = valuesOf(schema);
  if (values) return shapeOfValues(node, values);
  if (isJsonObject(schema['properties']) && Object.keys(schema['properties']).length > 0)
    return { kind: 'object', node };
  if (schema['items'] !== undefined) return arrayShape(node, schema);
  return branchesShape(node);
}

function stringShape(node: SchemaNode, schema: JsonObject): Shape {
  const { format } = schema;
  if ('const' in schema) return { kind: 'scalar', node, scalar: 'String' };
  const strings = valuesOf(schema)?.filter((value) => typeof value === 'string') ?? stringsOfBranches(node);
  if (strings && strings.length > 0) return { kind: 'scalar', node, scalar: 'String', strings };
  const scalar = format === 'date-time' ? 'DateTime' : format === 'uuid' ? 'ID' : 'String';
  return { kind: 'scalar', node, scalar };
}

function arrayShape(node: SchemaNode, { prefixItems }: JsonObject): Shape | undefined {
  const items = subschemasOf(node, 'items').find(({ key }) => key === null)?.node;
  if (items && prefixItems === undefined) return { kind: 'list', node, items };
  return items === undefined && prefixItems === undefined && equivalentOf(node)
    ? undefined
    : { kind: 'list', node, items: null };
}

function objectShape(node: SchemaNode, { properties }: JsonObject): Shape | undefined {
  if (isJsonObject(properties) && Object.keys(properties).length > 0) return { kind: 'object', node };
  return branchesShape(node);
}

/** Returns the branches of `oneOf`, or the strings that they are, if there are at least two besides null. */
function branchesShape(node: SchemaNode): Shape | undefined {
  const strings = stringsOfBranches(node);
  if (strings) return { kind: 'scalar', node, scalar: 'String', strings };
  const branches = branchesOf(node, 'oneOf');
  return branches.length > 1 ? { kind: 'branches', node, branches } : undefined;
}

/** Returns the strings of `oneOf: [{"const": "a"}, {"const": "b"}]`, the common way to describe each of them. */
function stringsOfBranches(node: SchemaNode): string[] | null {
  const branches = [...branchesOf(node, 'oneOf'), ...branchesOf(node, 'anyOf')];
  const values = branches.map(({ schema }) => (isJsonObject(schema) ? valuesOf(schema) : null));
  if (values.length === 0) return null;
  const strings = values.flatMap((some) => some ?? [null]).filter((value) => typeof value === 'string');
  return strings.length >= values.length && values.every((some) => some?.every((value) => typeof value === 'string'))
    ? [...new Set(strings)]
    : null;
}

function shapeOfValues(node: SchemaNode, values: readonly JsonValue[]): Shape {
  if (values.length === 0) return { kind: 'any', reason: 'The schema allows only null.' };
  const strings = values.filter((value) => typeof value === 'string');
  if (strings.length === values.length) {
    const isConstant = isJsonObject(node.schema) && 'const' in node.schema; // an enum of one value is of no use
    return { kind: 'scalar', node, scalar: 'String', ...(!isConstant && { strings }) };
  }
  if (values.every((value) => typeof value === 'boolean')) return { kind: 'scalar', node, scalar: 'Boolean' };
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length < values.length) return { kind: 'any', reason: 'The schema allows values of several types.' };
  return { kind: 'scalar', node, scalar: numbers.every(Number.isInteger) ? integerScalar({ enum: numbers }) : 'Float' };
}

/** Returns the values that `const` or `enum` allows, without null; null if there is no such keyword. */
function valuesOf(schema: JsonObject): JsonValue[] | null {
  const given = 'const' in schema ? [schema['const'] ?? null] : schema['enum'];
  return Array.isArray(given) ? given.filter((value) => value !== null) : null;
}

/** Returns the one schema to which a schema without a shape of its own comes down. */
function equivalentOf(node: SchemaNode): SchemaNode | undefined {
  const [reference] = node.references;
  if (reference) return reference;
  for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
    const branches =
      keyword === 'allOf' ? subschemasOf(node, keyword).map((one) => one.node) : branchesOf(node, keyword);
    const [branch, second] = branches;
    if (branch && !second) return branch;
  }
  return undefined;
}

const COMBINING = ['allOf', 'anyOf', 'oneOf', 'not', 'if'];

function reasonOf(schema: JsonObject): string | undefined {
  if (typesOf(schema)?.includes('object')) {
    const others = COMBINING.filter((keyword) => keyword in schema);
    if (others.length === 0) return 'The schema names no members in `properties`.';
  }
  const combining = COMBINING.find((keyword) => keyword in schema);
  if (combining) return `The schema has \`${combining}\` and no type of its own.`;
  const restricting = Object.keys(schema).some((keyword) => RESTRICTING.has(keyword));
  return restricting ? 'The schema has no `type`.' : undefined;
}

const RESTRICTING = new Set(
  `pattern format minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems
  uniqueItems contains prefixItems required minProperties maxProperties patternProperties additionalProperties
  propertyNames dependentRequired dependentSchemas dependencies unevaluatedProperties unevaluatedItems`.split(/\s+/),
);
