import type { SchemaNode } from '@haven/json-schema';
import { isJsonObject } from '@haven/kernel';

import { membersOf, requiredKeys } from './schema-parts.js';
import { shapeOf } from './schema-shape.js';

/** The branches of a union, by the constant in the member that distinguishes them. */
export interface Discriminated {
  readonly key: string;
  /** The schemas of the objects. */
  readonly objects: ReadonlyMap<string, SchemaNode>;
}

/**
 * Returns the member by which the branches of `oneOf` can be distinguished: all of them are objects, and require it
 * with a different constant string. Returns null if there is none.
 */
export function discriminated(branches: readonly SchemaNode[]): Discriminated | null {
  const objects: SchemaNode[] = [];
  for (const branch of branches) {
    const shape = shapeOf(branch);
    if (shape.kind !== 'object') return null;
    objects.push(shape.node);
  }
  const constants = objects.map(constantsOf);
  for (const key of constants[0]?.keys() ?? []) {
    const byConstant = new Map<string, SchemaNode>();
    for (const [index, object] of objects.entries()) {
      const constant = constants[index]?.get(key);
      if (constant !== undefined) byConstant.set(constant, object);
    }
    if (byConstant.size === objects.length) return { key, objects: byConstant };
  }
  return null;
}

/** Returns the required members of an object that can have a single string. */
function constantsOf(object: SchemaNode): Map<string, string> {
  const required = requiredKeys(object);
  const constants = new Map<string, string>();
  for (const { key, node } of membersOf(object)) {
    const { schema } = node;
    if (!required.has(key) || !isJsonObject(schema)) continue;
    const { const: constant, enum: values } = schema;
    const only = Array.isArray(values) && values.length === 1 ? values[0] : constant;
    if (typeof only === 'string') constants.set(key, only);
  }
  return constants;
}
