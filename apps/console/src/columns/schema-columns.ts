import type { CollectionView } from '../api/types.js';
import { asSchema, resolveSchema } from '../values/json-schema.js';
import type { JsonSchema } from '../values/json-schema.js';
import { printPath } from '../values/path.js';
import type { Column, ColumnType } from './columns.js';

/** Levels of nested objects whose members are columns of their own. */
const DEPTH = 3;

/** Returns a column for each member that the schema of a collection declares. */
export function schemaColumns({ schema, references }: CollectionView): Column[] {
  if (!schema) return [];
  const targets = new Map(references.map(({ path, collection }) => [path, collection]));
  return membersOf(schema, schema, [], targets);
}

function membersOf(
  root: JsonSchema,
  schema: JsonSchema,
  above: readonly string[],
  targets: ReadonlyMap<string, string>,
): Column[] {
  const required = requiredOf(root, schema);
  return Object.entries(propertiesOf(root, schema)).flatMap(([name, member]) => {
    const names = [...above, name];
    const resolved = resolveSchema(asSchema(member), root);
    if (names.length < DEPTH && Object.keys(propertiesOf(root, resolved)).length > 0)
      return membersOf(root, resolved, names, targets);
    const path = printPath(names);
    const target = targets.get(path);
    const isRequired = required.has(name);
    return [{ path, names, label: names.join('.'), isDeclared: true, isRequired, target, ...typeOf(resolved, target) }];
  });
}

/** Returns the properties of a schema and of the schemas that it combines. */
function propertiesOf(root: JsonSchema, schema: JsonSchema): JsonSchema {
  return Object.fromEntries(partsOf(root, schema).flatMap(({ properties }) => Object.entries(asSchema(properties))));
}

/** Returns the names of the members that a schema requires, or one of the schemas that it combines. */
function requiredOf(root: JsonSchema, schema: JsonSchema): ReadonlySet<unknown> {
  return new Set(partsOf(root, schema).flatMap(({ required }) => (Array.isArray(required) ? required : [])));
}

/** Returns the schemas that a schema combines, and then the schema itself. */
function partsOf(root: JsonSchema, schema: JsonSchema, depth = 0): JsonSchema[] {
  const combined = Array.isArray(schema.allOf) && depth < DEPTH ? schema.allOf : [];
  return [...combined.flatMap((part) => partsOf(root, resolveSchema(asSchema(part), root), depth + 1)), schema];
}

function typeOf(schema: JsonSchema, target: string | undefined): { type: ColumnType; choices?: readonly unknown[] } {
  const types = [schema.type].flat().filter((type) => type !== 'null' && type !== undefined);
  if (target !== undefined) return { type: types[0] === 'array' ? 'json' : 'reference' };
  if (Array.isArray(schema.enum) && schema.enum.every((value) => typeof value !== 'object' || value === null))
    return { type: 'choice', choices: schema.enum };
  if (types.length !== 1) return { type: types.every(isNumber) && types.length > 0 ? 'number' : 'any' };
  if (types[0] === 'string') return { type: textType(schema.format) };
  if (isNumber(types[0])) return { type: 'number' };
  if (types[0] !== 'boolean') return { type: 'json' };
  return { type: 'boolean', choices: [schema.type].flat().includes('null') ? [true, false, null] : [true, false] };
}

function isNumber(type: unknown): boolean {
  return type === 'number' || type === 'integer';
}

function textType(format: unknown): ColumnType {
  if (format === 'date') return 'date';
  return format === 'date-time' ? 'dateTime' : 'text';
}
