import { invalid, pointerTo } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';

import type { SchemaNode, SchemaTree } from './schema-tree.js';

// A schema without an `$id` needs some base all the same, for `#/…` to be relative to.
const NAMELESS = 'schema:///';

/**
 * Finds what each `$ref` and `$dynamicRef` means and notes it in the node. Everything must be inside the document:
 * nothing is ever fetched, and a reference that leaves it is refused.
 */
export function linkReferences({ root, nodes }: SchemaTree): void {
  const names = new Names(root, nodes);
  for (const node of nodes.values()) {
    if (typeof node.schema === 'boolean') continue;
    for (const keyword of ['$ref', '$dynamicRef']) {
      const reference = node.schema[keyword];
      if (typeof reference === 'string') node.references.push(names.resolve(node, keyword, reference));
    }
  }
}

/** The URIs, anchors and pointers by which the schemas of one document are known. */
class Names {
  private readonly bases = new Map<SchemaNode, string>();
  private readonly named = new Map<string, SchemaNode>();
  private readonly dynamic = new Map<string, number>();

  constructor(
    root: SchemaNode,
    private readonly nodes: ReadonlyMap<string, SchemaNode>,
  ) {
    this.named.set(NAMELESS, root);
    this.collect(root, NAMELESS);
  }

  resolve(from: SchemaNode, keyword: string, reference: string): SchemaNode {
    const at = pointerTo(from.pointer, keyword);
    const uri = absolute(reference, this.bases.get(from) ?? NAMELESS, at);
    const [document = '', fragment = ''] = uri.split('#', 2);
    const resource = this.named.get(document);
    if (!resource)
      throw invalid('SCHEMA_INVALID', at, 'refers to another document; references must stay inside the schema');
    const name = decoded(fragment, at);
    // What a dynamic reference means depends on the way there, unless only one schema has the name.
    if (keyword === '$dynamicRef' && (this.dynamic.get(name) ?? 0) > 1) {
      throw invalid(
        'SCHEMA_INVALID',
        at,
        `refers to $dynamicAnchor ${JSON.stringify(name)}, of which there may be only one`,
      );
    }
    const target = this.find(resource, document, name);
    if (!target) throw invalid('SCHEMA_INVALID', at, 'refers to nothing: there is no such schema in the document');
    return target;
  }

  private find(resource: SchemaNode, document: string, name: string): SchemaNode | undefined {
    if (name === '') return resource;
    return name.startsWith('/') ? this.nodes.get(resource.pointer + name) : this.named.get(`${document}#${name}`);
  }

  private collect(node: SchemaNode, outer: string): void {
    const base = typeof node.schema === 'boolean' ? outer : this.introduce(node, node.schema, outer);
    this.bases.set(node, base);
    for (const subschema of node.subschemas) this.collect(subschema.node, base);
  }

  /** Notes the names a schema gives itself and returns the base its references are relative to. */
  private introduce(node: SchemaNode, schema: JsonObject, outer: string): string {
    const { $id: id, $anchor: anchor, $dynamicAnchor: dynamicAnchor } = schema;
    const base = typeof id === 'string' ? this.rename(node, id, outer) : outer;
    if (typeof anchor === 'string') this.give(node, '$anchor', `${base}#${anchor}`);
    if (typeof dynamicAnchor === 'string') {
      this.give(node, '$dynamicAnchor', `${base}#${dynamicAnchor}`);
      this.dynamic.set(dynamicAnchor, (this.dynamic.get(dynamicAnchor) ?? 0) + 1);
    }
    return base;
  }

  private rename(node: SchemaNode, id: string, outer: string): string {
    const uri = absolute(id, outer, pointerTo(node.pointer, '$id'));
    // `"$id": "#name"` is how draft-07 spells an anchor.
    const [base = '', anchor = ''] = uri.split('#', 2);
    if (anchor === '' || !id.startsWith('#')) this.give(node, '$id', base);
    if (anchor !== '') this.give(node, '$id', `${base}#${anchor}`);
    return base;
  }

  private give(node: SchemaNode, keyword: string, uri: string): void {
    const holder = this.named.get(uri);
    if (holder && holder !== node) {
      throw invalid('SCHEMA_INVALID', pointerTo(node.pointer, keyword), 'is a name another subschema already has');
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
