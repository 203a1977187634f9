import type { LinkedSchema, SchemaNode } from '@haven/json-schema';
import { isJsonObject } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import { containsReference } from './annotations.js';
import type { Annotations } from './annotations.js';
import { sampleNumber, sampleString } from './sample-values.js';
import { childrenByKeyword, hasDefault, REFERENCE_KEYWORD } from './schema-converter.js';

/** Optional members are in the example up to this depth, and so many of them. */
const DEPTH = 2;
const MAX_OPTIONAL = 20;

/** Returns the schemas of the members of records, by which members of an example are checked one by one. */
export function memberNodes(root: SchemaNode, open: ReadonlySet<SchemaNode> = new Set()): Map<string, SchemaNode> {
  if (open.has(root)) return new Map();
  const children = childrenByKeyword(root);
  const parts = [...root.references, ...(children.get('allOf')?.values() ?? [])];
  const inner = parts.flatMap((part) => [...memberNodes(part, new Set([...open, root]))]);
  const own = [...(children.get('properties') ?? [])].map(([key, node]) => [String(key), node] as const);
  return new Map([...inner, ...own]);
}

/**
 * Returns the data of a record that satisfies the schema, with as many members as possible, or null if none was found.
 * Prefers the schema's own examples. References are omitted unless they are required: no record has their ids.
 */
export function exampleRecord({ tree: { root } }: LinkedSchema, annotations: Annotations): JsonObject | null {
  const members = memberNodes(root);
  for (const depth of [DEPTH, 0]) {
    const data = new Sampler(annotations, depth).sample(root);
    if (!isJsonObject(data)) continue;
    const valid = Object.entries(data).filter(([name, value]) => {
      const member = members.get(name);
      return value !== undefined && (!member || annotations.isValid(member, value));
    });
    const kept = Object.fromEntries(valid) as JsonObject; // only values that are not undefined
    if (annotations.isValid(root, kept) && !containsReference(kept)) return kept;
  }
  return annotations.isValid(root, {}) ? {} : null;
}

/** Composes a value from what a schema says. The value may violate the schema. */
class Sampler {
  private readonly open = new Set<SchemaNode>();

  constructor(
    private readonly annotations: Annotations,
    private readonly depth: number,
  ) {}

  /** Returns a value, or undefined if a schema contains itself without an end. */
  sample(node: SchemaNode, level = 0): JsonValue | undefined {
    const [known] = this.annotations.examplesOf(node);
    if (known !== undefined) return known;
    const { schema } = node;
    if (typeof schema === 'boolean') return schema ? 'text' : undefined;
    if (schema['const'] !== undefined) return schema['const'];
    if (Array.isArray(schema['enum'])) return schema['enum'].find((value) => value !== null) ?? null;
    if (this.open.has(node)) return undefined;
    this.open.add(node);
    const value = this.compose(node, schema, level);
    this.open.delete(node);
    return value;
  }

  private compose(node: SchemaNode, schema: JsonObject, level: number): JsonValue | undefined {
    const children = childrenByKeyword(node);
    const alternatives = ['oneOf', 'anyOf'].flatMap((keyword) => {
      const all = [...(children.get(keyword)?.values() ?? [])];
      const [first] = [...all.filter((one) => !isNull(one)), ...all];
      return first ? [first] : [];
    });
    const parts = [...node.references, ...(children.get('allOf')?.values() ?? []), ...alternatives];
    const values = parts.map((part) => this.sample(part, level)).filter((value) => value !== undefined);
    if (parts.length > 0 && values.length === 0) return undefined;
    const own = this.own(node, schema, level);
    const objects = [...values, own].filter((value) => value !== undefined && isJsonObject(value));
    if (objects.length > 0) return Object.assign({}, ...objects) as JsonObject; // all are objects
    return own ?? values[0] ?? 'text';
  }

  private own(node: SchemaNode, schema: JsonObject, level: number): JsonValue | undefined {
    switch (typeOf(schema)) {
      case 'object':
        return this.object(node, schema, level);
      case 'array':
        return this.list(node, schema, level);
      case 'string':
        return sampleString(schema);
      case 'integer':
      case 'number':
        return sampleNumber(schema);
      case 'boolean':
        return true;
      case 'null':
        return null;
      default:
        return undefined;
    }
  }

  private object(node: SchemaNode, schema: JsonObject, level: number): JsonObject {
    const members = childrenByKeyword(node).get('properties') ?? new Map<string, SchemaNode>();
    const required = new Set([schema['required'] ?? []].flat().map(String));
    const entries: [string, JsonValue][] = [];
    for (const [key, member] of members) {
      const name = String(key);
      const isWanted = required.has(name) || (entries.length < MAX_OPTIONAL && this.isShown(name, member, level));
      const value = isWanted ? this.sample(member, level + 1) : undefined;
      if (value !== undefined) entries.push([name, value]);
    }
    const others = [...required].filter((name) => !members.has(name));
    return Object.fromEntries([...entries, ...others.map((name) => [name, 'text'] as const)]);
  }

  /** Whether an optional member is part of the example. */
  private isShown(name: string, member: SchemaNode, level: number): boolean {
    const written = this.annotations.written(member);
    const { items } = written;
    const isReference = [written, items].some((schema) => isJsonObject(schema) && REFERENCE_KEYWORD in schema);
    return (
      level < this.depth &&
      !isReference &&
      name !== '$ref' &&
      written['deprecated'] !== true &&
      !hasDefault(this.annotations, member)
    );
  }

  private list(node: SchemaNode, { minItems, prefixItems, items }: JsonObject, level: number): JsonValue[] {
    const children = childrenByKeyword(node);
    const first = [...(children.get(Array.isArray(prefixItems) ? 'prefixItems' : 'items')?.values() ?? [])];
    const isTuple = Array.isArray(prefixItems) || Array.isArray(items);
    const values = (isTuple ? first : first.slice(0, 1)).map((item) => this.sample(item, level + 1));
    const known = values.filter((value) => value !== undefined);
    const missing = typeof minItems === 'number' ? Math.min(minItems, 10) - known.length : 0;
    return [...known, ...Array.from({ length: Math.max(0, missing) }, () => known.at(-1) ?? 'text')];
  }
}

function isNull({ schema }: SchemaNode): boolean {
  return typeof schema !== 'boolean' && schema['type'] === 'null';
}

/** Returns the type of the values that a schema describes, or undefined if it does not say. */
function typeOf(schema: JsonObject): string | undefined {
  const { type } = schema;
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return type.map(String).find((one) => one !== 'null') ?? 'null';
  const hints = { object: ['properties', 'required'], array: ['items', 'prefixItems'], string: ['format', 'pattern'] };
  return Object.entries(hints).find(([, keywords]) => keywords.some((keyword) => keyword in schema))?.[0];
}
