import { invalid, isJsonObject, pointerTo } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import { annotations, mapsOfSubschemas } from './schema-dialect.js';
import type { Dialect, Reach } from './schema-dialect.js';

/** One schema of a document: the root or a subschema. */
export interface SchemaNode {
  /** JSON Pointer to the schema in the document. */
  readonly pointer: string;
  /** The schema itself, or only its `$ref` if the dialect ignores all keywords beside it. */
  readonly schema: JsonObject | boolean;
  readonly subschemas: readonly Subschema[];
  /** Targets of the schema's `$ref` and `$dynamicRef`; empty until `linkReferences` has run. */
  readonly references: SchemaNode[];
}

/**
 * A schema inside another schema: the keyword that contains it, its name or index in that keyword, and the values to
 * which it applies.
 */
interface Subschema {
  readonly keyword: string;
  readonly key: string | number | null;
  readonly reach: Reach;
  readonly node: SchemaNode;
}

/** All schemas of a document, by their JSON Pointer. */
export interface SchemaTree {
  readonly root: SchemaNode;
  readonly nodes: ReadonlyMap<string, SchemaNode>;
}

/**
 * Finds all subschemas of a schema that satisfies its meta-schema. Refuses unknown keywords (custom keywords start with
 * `x-`), a subschema with another dialect, and more than `limit` subschemas.
 */
export function growTree(root: JsonObject, dialect: Dialect, limit: number): SchemaTree {
  const nodes = new Map<string, SchemaNode>();
  return { root: grow(root, ''), nodes };

  function grow(schema: JsonObject | boolean, pointer: string): SchemaNode {
    const subschemas: Subschema[] = [];
    const alone = dialect.refStandsAlone && isJsonObject(schema) ? schema['$ref'] : undefined;
    const node: SchemaNode = {
      pointer,
      schema: alone === undefined ? schema : { $ref: alone },
      subschemas,
      references: [],
    };
    nodes.set(pointer, node);
    if (nodes.size > limit)
      throw invalid('SCHEMA_INVALID', '', `has more than ${limit} subschemas (limits.schemaNodes)`);
    for (const [keyword, value] of Object.entries(schema)) {
      const reach = dialect.subschemas.get(keyword);
      if (!reach) refuseUnknown(keyword, value, pointer);
      if (!reach) continue;
      const at = pointerTo(pointer, keyword);
      for (const { key, schema: inner } of schemasIn(keyword, value)) {
        const child = grow(inner, key === null ? at : pointerTo(at, key));
        subschemas.push({ keyword, key, reach: alone === undefined ? narrowed(reach, key) : 'nowhere', node: child });
      }
    }
    return node;
  }

  function refuseUnknown(keyword: string, value: JsonValue, pointer: string): void {
    const at = pointerTo(pointer, keyword);
    if (keyword === '$schema' && value !== root['$schema']) {
      throw invalid('SCHEMA_INVALID', at, 'must name the same dialect as the whole schema');
    }
    if (dialect.identifiers.has(keyword) || annotations.has(keyword) || dialect.assertions.has(keyword)) return;
    if (keyword.startsWith('x-')) return;
    throw invalid(
      'SCHEMA_INVALID',
      at,
      `is not a keyword of JSON Schema ${dialect.name}; custom keywords must start with "x-"`,
    );
  }
}

function schemasIn(keyword: string, value: JsonValue): { key: string | number | null; schema: JsonObject | boolean }[] {
  if (isSchema(value) && !mapsOfSubschemas.has(keyword)) return [{ key: null, schema: value }];
  const entries = Array.isArray(value) ? [...value.entries()] : isJsonObject(value) ? Object.entries(value) : [];
  // In draft-07's `dependencies`, a member can be a list of names instead of a schema.
  return entries.flatMap(([key, schema]) => (isSchema(schema) ? [{ key, schema }] : []));
}

/**
 * Returns which values a subschema applies to, given the `Reach` of its keyword and the subschema's name or index in
 * it. They differ only for draft-07's `items`: a single schema applies to any item, but each schema of a list applies
 * to one item.
 */
function narrowed(reach: Reach, key: string | number | null): Reach {
  return reach === 'anyItem' && key !== null ? 'item' : reach;
}

function isSchema(value: JsonValue): value is JsonObject | boolean {
  return typeof value === 'boolean' || isJsonObject(value);
}
