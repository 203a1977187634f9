import type { SchemaNode } from '@haven/json-schema';
import { isJsonObject } from '@haven/kernel';

import { listOf, subschemasOf } from './schema-parts.js';

/** Determines which schemas allow null. Each schema is visited once. */
export class Nullability {
  private readonly known = new Map<SchemaNode, boolean>();

  allowsNull(node: SchemaNode): boolean {
    const known = this.known.get(node);
    if (known !== undefined) return known;
    this.known.set(node, true); // ends a cycle, which adds no condition
    const allows = this.visit(node);
    this.known.set(node, allows);
    return allows;
  }

  private visit(node: SchemaNode): boolean {
    const { schema } = node;
    if (!isJsonObject(schema)) return schema;
    const { type, enum: values } = schema;
    if (type !== undefined && !listOf(type).includes('null')) return false;
    if (Array.isArray(values) && !values.includes(null)) return false;
    if ('const' in schema && schema['const'] !== null) return false;
    const all = [...node.references, ...subschemasOf(node, 'allOf').map((one) => one.node)];
    if (!all.every((one) => this.allowsNull(one))) return false;
    return ['anyOf', 'oneOf'].every((keyword) => {
      const branches = subschemasOf(node, keyword);
      return branches.length === 0 || branches.some((branch) => this.allowsNull(branch.node));
    });
  }
}
