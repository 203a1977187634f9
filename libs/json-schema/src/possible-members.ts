import { isJsonObject } from '@haven/kernel';

import type { SchemaNode } from './schema-tree.js';

/** A member that no valid document can have, and the names that are possible in its place. */
export interface ImpossibleMember {
  readonly name: string;
  readonly possible: readonly string[];
}

/**
 * Returns the first step of a path that no valid document can have, because a schema excludes all members but those it
 * names, or null. Errs on the side of null: only `properties`, `additionalProperties: false`, `type`, `allOf` and
 * references are examined.
 */
export function impossibleMember(node: SchemaNode, path: readonly string[]): ImpossibleMember | null {
  const [name, ...rest] = path;
  const { schema, references, subschemas } = node;
  if (name === undefined) return null;
  for (const part of [...references, ...inAllOf(node)]) {
    const found = impossibleMember(part, path);
    if (found) return found;
  }
  if (!isJsonObject(schema)) return null;
  const { properties, patternProperties, additionalProperties } = schema;
  const named = isJsonObject(properties) ? properties : {};
  const isClosed = additionalProperties === false && patternProperties === undefined;
  if (isClosed && !Object.hasOwn(named, name)) return { name, possible: Object.keys(named) };
  const member = subschemas.find(({ reach, key }) => reach === 'member' && key === name)?.node;
  if (!member || rest.length === 0) return null;
  return excludesObjects(member) ? { name: rest[0] ?? '', possible: [] } : impossibleMember(member, rest);
}

function inAllOf({ subschemas }: SchemaNode): SchemaNode[] {
  return subschemas.filter(({ keyword, reach }) => keyword === 'allOf' && reach === 'here').map(({ node }) => node);
}

function excludesObjects({ schema }: SchemaNode): boolean {
  if (!isJsonObject(schema) || schema['type'] === undefined) return false;
  return ![schema['type']].flat().includes('object');
}
