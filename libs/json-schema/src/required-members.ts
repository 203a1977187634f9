import { isJsonObject } from '@haven/kernel';

import type { SchemaNode } from './schema-tree.js';

/**
 * Returns whether a schema requires the last member of a path in the object that has it. Errs on the side of false:
 * only `properties`, `required`, `allOf` and references are examined.
 */
export function requiresMember(node: SchemaNode, path: readonly string[]): boolean {
  const [name, ...rest] = path;
  const { schema, references, subschemas } = node;
  if (name === undefined) return false;
  const inAllOf = subschemas.filter(({ keyword, reach }) => keyword === 'allOf' && reach === 'here');
  if ([...references, ...inAllOf.map((part) => part.node)].some((part) => requiresMember(part, path))) return true;
  if (rest.length > 0) {
    const members = subschemas.filter(({ keyword, key }) => keyword === 'properties' && key === name);
    return members.some((member) => requiresMember(member.node, rest));
  }
  const required = isJsonObject(schema) ? schema['required'] : undefined;
  return Array.isArray(required) && required.includes(name);
}
