import { invalid, pointerTo } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';

import type { SchemaNode, SchemaTree } from './schema-tree.js';

// Base URI of a schema without an `$id`. It is needed to resolve references such as `#/…`.
const NAMELESS = 'schema:///';

/**
 * Resolves each `$ref` and `$dynamicRef`, and stores the target in its node. Targets must be inside the document:
 * nothing is ever fetched, and a reference to another document is refused.
 */
export function linkReferences(tree: SchemaTree): void {
  const names = new Names(tree);
  // The target of a reference may be added to the nodes while they are visited.
  for (const node of tree.nodes.values()) {
    if (typeof node.schema === 'boolean') continue;
    for (const keyword of ['$ref', '$dynamicRef']) {
      const reference = node.schema[keyword];
      if (typeof reference === 'string') node.references.push(names.resolve(node, keyword, reference));
    }
  }
}

/** Resolves references to the schemas of one document by their URIs, anchors and pointers. */
class Names {
  private readonly bases = new Map<SchemaNode, string>();
  private readonly named = new Map<string, SchemaNode>();
  private readonly dynamic = new Map<string, number>();

  constructor(private readonly tree: SchemaTree) {
    this.named.set(NAMELESS, tree.root);
    this.collect(tree.root, NAMELESS);
  }

  resolve(from: SchemaNode, keyword: string, reference: string): SchemaNode {
    const at = pointerTo(from.pointer, keyword);
    const uri = absolute(reference, this.baseOf(from), at);
    const [document = '', fragment = ''] = uri.split('#', 2);
    const resource = this.named.get(document);
    if (!resource)
      throw invalid('SCHEMA_INVALID', at, 'refers to another document; references must stay inside the schema');
    const name = decoded(fragment, at);
    // If several schemas have the anchor, the target of a dynamic reference depends on the evaluation path, which is
    // not supported.
    if (keyword === '$dynamicRef' && (this.dynamic.get(name) ?? 0) > 1) {
      throw invalid(
        'SCHEMA_INVALID',
        at,
        `refers to $dynamicAnchor ${JSON.stringify(name)}, which must be unique in the schema`,
      );
    }
    const target = this.find(resource, document, name);
    if (!target) throw invalid('SCHEMA_INVALID', at, 'refers to a schema that does not exist in the document');
    return target;
  }

  private find(resource: SchemaNode, document: string, name: string): SchemaNode | undefined {
    if (name === '') return resource;
    return name.startsWith('/') ? this.tree.find(resource.pointer + name) : this.named.get(`${document}#${name}`);
  }

  /** Returns the base URI of a schema. One that only references have found has that of the document. */
  private baseOf(node: SchemaNode): string {
    return this.bases.get(node) ?? this.bases.get(this.tree.root) ?? NAMELESS;
  }

  private collect(node: SchemaNode, outer: string): void {
    const base = typeof node.schema === 'boolean' ? outer : this.registerNames(node, node.schema, outer);
    this.bases.set(node, base);
    for (const subschema of node.subschemas) this.collect(subschema.node, base);
  }

  /** Registers the names that a schema declares. Returns the base URI of the references in the schema. */
  private registerNames(node: SchemaNode, schema: JsonObject, outer: string): string {
    const { $id: id, $anchor: anchor, $dynamicAnchor: dynamicAnchor } = schema;
    const base = typeof id === 'string' ? this.registerId(node, id, outer) : outer;
    if (typeof anchor === 'string') this.register(node, '$anchor', `${base}#${anchor}`);
    if (typeof dynamicAnchor === 'string') {
      this.register(node, '$dynamicAnchor', `${base}#${dynamicAnchor}`);
      this.dynamic.set(dynamicAnchor, (this.dynamic.get(dynamicAnchor) ?? 0) + 1);
    }
    return base;
  }

  private registerId(node: SchemaNode, id: string, outer: string): string {
    const uri = absolute(id, outer, pointerTo(node.pointer, '$id'));
    // In draft-07, `"$id": "#name"` declares an anchor.
    const [base = '', anchor = ''] = uri.split('#', 2);
    if (anchor === '' || !id.startsWith('#')) this.register(node, '$id', base);
    if (anchor !== '') this.register(node, '$id', `${base}#${anchor}`);
    return base;
  }

  private register(node: SchemaNode, keyword: string, uri: string): void {
    const holder = this.named.get(uri);
    if (holder && holder !== node) {
      throw invalid('SCHEMA_INVALID', pointerTo(node.pointer, keyword), 'is already the name of another subschema');
    }
    this.named.set(uri, node);
  }
}

function absolute(reference: string, base: string, at: string): string {
  if (!URL.canParse(reference, base)) throw invalid('SCHEMA_INVALID', at, 'is not a URI reference');
  return new URL(reference, base).href;
}

function decoded(fragment: string, at: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw invalid('SCHEMA_INVALID', at, 'has a malformed percent-encoding');
  }
}
