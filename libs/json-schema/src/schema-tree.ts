import { invalid, isJsonObject, pointerTo, withPointerPrefix } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import { refuseMalformed } from './meta-schema.js';
import { mapsOfSubschemas } from './schema-dialect.js';
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
  /**
   * Returns the schema at a pointer. It may be inside an unknown keyword, such as `#/types/name`; it is then added to
   * the nodes. Returns undefined if there is no schema.
   */
  find(pointer: string): SchemaNode | undefined;
}

/**
 * Finds all subschemas of a schema that satisfies its meta-schema. Unknown keywords are annotations, so nothing in them
 * is a subschema unless a reference says so. Refuses a subschema with another dialect, and more than `limit`
 * subschemas.
 */
export function growTree(root: JsonObject, dialect: Dialect, limit: number): SchemaTree {
  const nodes = new Map<string, SchemaNode>();
  return { root: grow(root, ''), nodes, find };

  function find(pointer: string): SchemaNode | undefined {
    const known = nodes.get(pointer);
    if (known) return known;
    const schema = valueAtPointer(root, pointer);
    if (schema === undefined || !isSchema(schema) || isMapOfSubschemas(pointer)) return undefined;
    if (isJsonObject(schema)) withPointerPrefix(pointer, () => refuseMalformed(schema, dialect));
    return grow(schema, pointer);
  }

  /** Whether a pointer leads to a keyword such as `properties`, whose value is not a schema. */
  function isMapOfSubschemas(pointer: string): boolean {
    const end = pointer.lastIndexOf('/');
    return mapsOfSubschemas.has(pointer.slice(end + 1)) && nodes.has(pointer.slice(0, end));
  }

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
      if (keyword === '$schema') refuseOtherDialect(value, pointer);
      if (!reach) continue;
      const at = pointerTo(pointer, keyword);
      for (const { key, schema: inner } of schemasIn(keyword, value)) {
        const child = grow(inner, key === null ? at : pointerTo(at, key));
        subschemas.push({ keyword, key, reach: alone === undefined ? narrowed(reach, key) : 'nowhere', node: child });
      }
    }
    return node;
  }

  function refuseOtherDialect(uri: JsonValue, pointer: string): void {
    if (uri === root['$schema']) return;
    throw invalid('SCHEMA_INVALID', pointerTo(pointer, '$schema'), 'must name the same dialect as the whole schema');
  }
}

/** Returns the value at a JSON Pointer (RFC 6901), or undefined if there is none. */
export function valueAtPointer(root: JsonValue, pointer: string): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as JsonObject)[name]; // an index of an array is a name too
  }
  return value;
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
