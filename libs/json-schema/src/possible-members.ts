import { isJsonObject } from '@haven/kernel';

import type { SchemaNode } from './schema-tree.js';

/** A member that no valid document can have, and the names that are possible in its place. */
export interface ImpossibleMember {
  readonly name: string;
  readonly possible: readonly string[];
}

/** A step of a path in documents: the name of a member, or null for any element of an array. */
export type PathStep = string | null;

/**
 * Returns the first step of a path that no valid document can have, because a schema excludes all members but those it
 * names, or null. Errs on the side of null: only `properties`, `additionalProperties: false`, `items` without
 * `prefixItems`, `type`, `allOf` and references are examined.
 */
export function impossibleMember(node: SchemaNode, path: readonly PathStep[]): ImpossibleMember | null {
  const [step, ...rest] = path;
  const { schema, references, subschemas } = node;
  if (step === undefined) return null;
  for (const part of [...references, ...inAllOf(node)]) {
    const found = impossibleMember(part, path);
    if (found) return found;
  }
  if (!isJsonObject(schema)) return null;
  if (step === null) return impossibleBelow(itemsOf(node), rest);
  const { properties, patternProperties, additionalProperties } = schema;
  const named = isJsonObject(properties) ? properties : {};
  const isClosed = additionalProperties === false && patternProperties === undefined;
  if (isClosed && !Object.hasOwn(named, step)) return { name: step, possible: Object.keys(named) };
  return impossibleBelow(subschemas.find(({ reach, key }) => reach === 'member' && key === step)?.node, rest);
}

/** Returns the schema of all elements of an array; undefined if there is none. */
export function itemsOf({ schema, subschemas }: SchemaNode): SchemaNode | undefined {
  if (isJsonObject(schema) && schema['prefixItems'] !== undefined) return undefined;
  return subschemas.find(({ keyword, reach }) => keyword === 'items' && reach === 'anyItem')?.node;
}

function impossibleBelow(node: SchemaNode | undefined, path: readonly PathStep[]): ImpossibleMember | null {
  const [step] = path;
  if (!node || step === undefined) return null;
  return step !== null && excludesObjects(node) ? { name: step, possible: [] } : impossibleMember(node, path);
}

function inAllOf({ subschemas }: SchemaNode): SchemaNode[] {
  return subschemas.filter(({ keyword, reach }) => keyword === 'allOf' && reach === 'here').map(({ node }) => node);
}

function excludesObjects({ schema }: SchemaNode): boolean {
  if (!isJsonObject(schema) || schema['type'] === undefined) return false;
  return ![schema['type']].flat().includes('object');
}
