import type { SchemaNode } from '@haven/json-schema';

import type { NestedNames } from './nested-names.js';
import { shapeOf } from './schema-shape.js';

const DEFINITION = /\/(?:\$defs|definitions)\/([^/]+)$/;

/**
 * Returns the names of the types that references lead to. Definitions get their names before members, so that a member
 * does not take the name of a definition.
 */
export function definitionNames(root: SchemaNode, names: NestedNames): Map<SchemaNode, string> {
  const found = new Map<SchemaNode, string>();
  const seen = new Set([root]);
  for (const node of seen) {
    for (const target of node.references) {
      const name = definitionOf(target);
      if (name !== null && !found.has(target) && hasTypeOfItsOwn(target)) found.set(target, names.claim(name));
      seen.add(target);
    }
    for (const { node: inner } of node.subschemas) seen.add(inner);
  }
  return found;
}

/** Returns the name of a schema in `$defs` or `definitions`, or null if it is elsewhere. */
export function definitionOf({ pointer }: SchemaNode): string | null {
  const [, name] = DEFINITION.exec(pointer) ?? [];
  return name === undefined ? null : name.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** Whether the schema becomes a type with a name: an object, a union or an enum. */
function hasTypeOfItsOwn(node: SchemaNode): boolean {
  const shape = shapeOf(node);
  if (!('node' in shape) || shape.node !== node) return false;
  return (
    shape.kind === 'object' || shape.kind === 'branches' || (shape.kind === 'scalar' && shape.strings !== undefined)
  );
}
