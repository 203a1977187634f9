import type { SchemaNode } from '@haven/json-schema';
import { isJsonObject } from '@haven/kernel';

import { subschemasOf } from './schema-parts.js';
import { shapeOf, typesOf } from './schema-shape.js';
import type { ReferenceSource } from './tenant-types.js';

const REFERENCE_KEYWORD = 'x-haven-ref';

/** The members of a collection that hold the ids of records. */
export class ReferencePaths {
  private readonly collections = new Map<string, string>();
  private readonly prefixes = new Set<string>();

  constructor(references: readonly ReferenceSource[]) {
    for (const { path, collection } of references) {
      this.collections.set(keyOf(path), collection);
      for (let length = 0; length < path.length; length++) this.prefixes.add(keyOf(path.slice(0, length)));
    }
  }

  /** Returns the collection to which the member at a path refers, or null. */
  at(path: readonly string[]): string | null {
    return this.collections.get(keyOf(path)) ?? null;
  }

  /** Whether a member below the path holds ids. */
  areBelow(path: readonly string[]): boolean {
    return this.prefixes.has(keyOf(path));
  }

  /** Returns whether a member with ids holds a list of them, or null if it may hold one id or a list. */
  isList(node: SchemaNode): boolean | null {
    const shape = shapeOf(node);
    if (shape.kind === 'list') return true;
    if (shape.kind === 'scalar') return false;
    if (subschemasOf(node, 'items').some(({ node: items }) => isDeclaredBy(items))) return true;
    const types = isJsonObject(node.schema) ? typesOf(node.schema) : null;
    return types?.includes('array') ? null : false;
  }
}

function isDeclaredBy({ schema }: SchemaNode): boolean {
  return isJsonObject(schema) && REFERENCE_KEYWORD in schema;
}

function keyOf(path: readonly string[]): string {
  return JSON.stringify(path);
}
