import type { CollectionView } from '../api/types.js';
import type { Column, ColumnType } from './columns.js';
import { isObject, printPath } from './path.js';

type Schema = Record<string, unknown>;

/** Levels of nested objects whose members are columns of their own. */
const DEPTH = 3;

/** Returns a column for each member that the schema of a collection declares. */
export function schemaColumns({ schema, references }: CollectionView): Column[] {
  if (!schema) return [];
  const targets = new Map(references.map(({ path, collection }) => [path, collection]));
  return membersOf(schema, schema, [], targets);
}

function membersOf(
  root: Schema,
  schema: Schema,
  above: readonly string[],
  targets: ReadonlyMap<string, string>,
): Column[] {
  return Object.entries(propertiesOf(root, schema)).flatMap(([name, member]) => {
    const names = [...above, name];
    const resolved = resolve(root, member);
    if (names.length < DEPTH && Object.keys(propertiesOf(root, resolved)).length > 0)
      return membersOf(root, resolved, names, targets);
    const path = printPath(names);
    const target = targets.get(path);
    return [{ path, names, label: names.join('.'), isDeclared: true, target, ...typeOf(resolved, target) }];
  });
}

/** Returns the properties of a schema and of the schemas that it combines. */
function propertiesOf(root: Schema, schema: Schema): Schema {
  const all = Array.isArray(schema.allOf) ? schema.allOf.map((part) => propertiesOf(root, resolve(root, part))) : [];
  return Object.fromEntries([...all, isObject(schema.properties) ? schema.properties : {}].flatMap(Object.entries));
}

/** Follows a `$ref` within the schema. */
function resolve(root: Schema, schema: unknown, depth = 0): Schema {
  if (!isObject(schema)) return {};
  const { $ref: ref } = schema;
  if (typeof ref !== 'string' || !ref.startsWith('#/') || depth > 8) return schema;
  let target: unknown = root;
  for (const part of ref.slice(2).split('/')) {
    const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    target = isObject(target) && Object.hasOwn(target, name) ? target[name] : undefined;
  }
  return { ...resolve(root, target, depth + 1), ...schema };
}

function typeOf(schema: Schema, target: string | undefined): { type: ColumnType; choices?: readonly unknown[] } {
  const types = [schema.type].flat().filter((type) => type !== 'null' && type !== undefined);
  if (target !== undefined) return { type: types[0] === 'array' ? 'json' : 'reference' };
  if (Array.isArray(schema.enum) && schema.enum.every((value) => typeof value !== 'object' || value === null))
    return { type: 'choice', choices: schema.enum };
  if (types.length !== 1) return { type: types.every(isNumber) && types.length > 0 ? 'number' : 'any' };
  if (types[0] === 'string') return { type: textType(schema.format) };
  if (isNumber(types[0])) return { type: 'number' };
  return { type: types[0] === 'boolean' ? 'boolean' : 'json' };
}

function isNumber(type: unknown): boolean {
  return type === 'number' || type === 'integer';
}

function textType(format: unknown): ColumnType {
  if (format === 'date') return 'date';
  return format === 'date-time' ? 'dateTime' : 'text';
}
