import { typesAt } from '@haven/json-schema';
import type { SchemaNode } from '@haven/json-schema';
import type { JsonObject, JsonValue } from '@haven/kernel';

import { componentRef } from './component-names.js';
import type { ComponentNames } from './component-names.js';
import { childrenByKeyword } from './schema-converter.js';
import type { SchemaConverter } from './schema-converter.js';

/**
 * Describes the merge patches (RFC 7396) of the objects that a schema allows: every member can be absent, an object is
 * patched in turn, and null removes a member unless it is required.
 */
export class PatchSchemas {
  /** The patches of schemas that are components, by name. */
  readonly components = new Map<string, JsonObject>();

  constructor(
    private readonly names: ComponentNames,
    private readonly converter: SchemaConverter,
  ) {}

  /** Adds the patch of a schema to the components. Returns a reference to it. */
  component(node: SchemaNode, name: string): JsonObject {
    const patch = `${name}Patch`;
    if (!this.components.has(patch)) {
      this.components.set(patch, {}); // a recursive schema refers to the name before the patch is known
      this.components.set(patch, this.objectPatch(node));
    }
    return componentRef(patch);
  }

  private place(node: SchemaNode): JsonObject {
    const [target, ...others] = node.references;
    if (target && others.length === 0 && node.subschemas.length === 0) {
      const { examples: _, ...described } = this.converter.described(node);
      return { ...this.place(target), ...described };
    }
    const types = typesAt(node, []);
    if (types && !types.has('object')) return this.converter.place(node);
    const isObject = [...(types ?? [])].every((type) => type === 'object' || type === 'null') && namesMembers(node);
    if (!isObject || types === null) return this.converter.described(node);
    const name = this.names.of(node);
    return name === undefined ? this.objectPatch(node) : this.component(node, name);
  }

  private objectPatch(node: SchemaNode): JsonObject {
    const children = childrenByKeyword(node);
    const { schema } = node;
    const required = typeof schema === 'boolean' ? [] : [schema['required'] ?? []].flat();
    const properties: [string, JsonValue][] = [...(children.get('properties') ?? [])].map(([key, child]) => {
      const patch = this.place(child);
      return [String(key), required.includes(String(key)) ? patch : orNull(patch)];
    });
    const parts = [...node.references, ...(children.get('allOf')?.values() ?? [])].filter((part) => namesMembers(part));
    const { examples: _, ...described } = this.converter.described(node);
    const isClosed = children.get('additionalProperties')?.get(null)?.schema === false;
    return {
      ...described,
      type: 'object',
      ...(properties.length > 0 && { properties: Object.fromEntries(properties) }),
      ...(parts.length > 0 && { allOf: parts.map((part) => this.part(part)) }),
      ...(isClosed && !children.has('patternProperties') && parts.length === 0 && { additionalProperties: false }),
    };
  }

  private part(node: SchemaNode): JsonObject {
    const name = this.names.of(node);
    return name === undefined ? this.objectPatch(node) : this.component(node, name);
  }
}

/** Whether a schema, or one that applies to the same value, has members in `properties`. */
function namesMembers(node: SchemaNode, open: ReadonlySet<SchemaNode> = new Set()): boolean {
  if (open.has(node)) return false;
  const children = childrenByKeyword(node);
  if (children.has('properties')) return true;
  const parts = [...node.references, ...(children.get('allOf')?.values() ?? [])];
  return parts.some((part) => namesMembers(part, new Set([...open, node])));
}

/** Returns a schema that allows null, too. */
function orNull(schema: JsonObject): JsonObject {
  const { type } = schema;
  if (typeof type === 'string' && !APPLY_TO_NULL.some((keyword) => keyword in schema))
    return { ...schema, type: type === 'null' ? type : [type, 'null'] };
  const { title, description, deprecated, ...rest } = schema;
  if (Object.keys(rest).length === 0) return schema;
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(deprecated !== undefined && { deprecated }),
    anyOf: [rest, { type: 'null' }],
  };
}

/** Keywords that restrict null as much as other values. */
const APPLY_TO_NULL = ['enum', 'const', 'allOf', 'anyOf', 'oneOf', 'not', 'if', '$ref'];
