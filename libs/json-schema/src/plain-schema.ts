import { isJsonObject } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import { withExactBounds } from './exact-bounds.js';
import type { InexactNumbers } from './exact-bounds.js';
import { formatNames } from './formats.js';
import { mapsOfSubschemas } from './schema-dialect.js';
import type { Dialect } from './schema-dialect.js';
import type { SchemaNode, SchemaTree } from './schema-tree.js';
import { split } from './split-schema.js';

/**
 * Rewrites a schema into an equivalent one for the validator. The result contains no annotations. Every schema to which
 * a reference points becomes a definition in `$defs` with a generated name, and the references are changed to point
 * there. The validator therefore resolves no URIs, sees no `$id`, and interprets references in the same way as the
 * analysis before it.
 *
 * Large parts of the schema become definitions too, and parts with many members are split. The validator generates one
 * function per definition, in which the code for each member is nested inside the code for the previous one, and V8
 * cannot parse a thousand nested blocks.
 */
export function plainSchema({ root, nodes }: SchemaTree, dialect: Dialect, inexact: InexactNumbers): JsonObject {
  const names = nameNodes(root, nodes);
  const definitions = new Map<string, JsonValue>();
  for (const [node, name] of names) definitions.set(name, rewritten(node));
  return { $ref: definitionOf(root), $defs: Object.fromEntries(definitions) };

  function definitionOf(node: SchemaNode): string {
    return `#/$defs/${names.get(node) ?? ''}`;
  }

  function toPlain(node: SchemaNode): JsonValue {
    return names.has(node) ? { $ref: definitionOf(node) } : rewritten(node);
  }

  function rewritten(node: SchemaNode): JsonValue {
    if (typeof node.schema === 'boolean') return node.schema;
    const within = subschemasByKeyword(node);
    const plain = new Map<string, JsonValue>();
    for (const [keyword, value] of Object.entries(withExactBounds(node.schema, node, inexact))) {
      if (keyword === 'format' && !(typeof value === 'string' && formatNames.has(value))) continue; // an annotation
      if (asserts(keyword, dialect)) plain.set(keyword, withPlaced(keyword, value, within.get(keyword)));
    }
    for (const target of node.references) addReference(plain, definitionOf(target));
    return Object.fromEntries(split(plain, definitions));
  }

  function withPlaced(keyword: string, value: JsonValue, children: Children | undefined): JsonValue {
    const placed = (key: string | number | null, other: JsonValue): JsonValue => {
      const child = children?.get(key);
      return child ? toPlain(child) : other;
    };
    if (Array.isArray(value)) return value.map((item, index) => placed(index, item));
    if (!mapsOfSubschemas.has(keyword) || !isJsonObject(value)) return placed(null, value);
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, placed(name, member)]));
  }
}

const LARGE = 100;

/** Gives a name to the root, to every referenced schema, and to every part with more than a hundred subschemas. */
function nameNodes(root: SchemaNode, nodes: ReadonlyMap<string, SchemaNode>): Map<SchemaNode, string> {
  const names = new Map<SchemaNode, string>([[root, 's0']]);
  for (const { references } of nodes.values()) references.forEach(name);
  for (const node of [...names.keys()]) sizeOf(node);
  return names;

  function name(node: SchemaNode): void {
    if (!names.has(node)) names.set(node, `s${names.size}`);
  }

  /**
   * Returns the number of schemas in a node, not counting those inside a part that has a name of its own. Gives a name
   * to each large part.
   */
  function sizeOf({ subschemas }: SchemaNode): number {
    let size = 1;
    for (const { node, reach } of subschemas) {
      if (names.has(node) || reach === 'nowhere') continue;
      const inner = sizeOf(node);
      if (inner > LARGE) name(node);
      size += inner > LARGE ? 1 : inner;
    }
    return size;
  }
}

type Children = Map<string | number | null, SchemaNode>;

function subschemasByKeyword({ subschemas }: SchemaNode): Map<string, Children> {
  const within = new Map<string, Children>();
  for (const { keyword, key, node } of subschemas) {
    const children = within.get(keyword) ?? new Map<string | number | null, SchemaNode>();
    within.set(keyword, children.set(key, node));
  }
  return within;
}

/**
 * Adds a reference to a rewritten schema. If the schema already has a `$ref`, because the original has both `$ref` and
 * `$dynamicRef`, adds the reference to its `allOf` instead.
 */
function addReference(plain: Map<string, JsonValue>, reference: string): void {
  if (!plain.has('$ref')) {
    plain.set('$ref', reference);
    return;
  }
  const all = plain.get('allOf');
  plain.set('allOf', [...(Array.isArray(all) ? all : []), { $ref: reference }]);
}

function asserts(keyword: string, dialect: Dialect): boolean {
  const reach = dialect.subschemas.get(keyword);
  return dialect.assertions.has(keyword) || (reach !== undefined && reach !== 'nowhere');
}
