import { invalid, pointerTo } from '@haven/kernel';

import type { SchemaNode, SchemaTree } from './schema-tree.js';

/**
 * Refuses a feature of JSON Schema that Haven cannot check. It would be misleading to accept it and not check it.
 */
export function refuseUnsupported({ nodes }: SchemaTree): void {
  const all = [...nodes.values()];
  const contains = all.some((node) => has(node, 'contains'));
  for (const node of all) {
    // The validator records only the number of leading items that were evaluated, so it cannot record the single items
    // that `contains` matched.
    if (contains && has(node, 'unevaluatedItems')) {
      const at = pointerTo(node.pointer, 'unevaluatedItems');
      throw invalid('SCHEMA_INVALID', at, 'is not supported in a schema that also uses contains');
    }
  }
}

/** Whether the schema uses a keyword that depends on the members or items that other keywords have evaluated. */
export function asksForUnevaluated({ nodes }: SchemaTree): boolean {
  return [...nodes.values()].some((node) => has(node, 'unevaluatedProperties') || has(node, 'unevaluatedItems'));
}

function has({ schema }: SchemaNode, keyword: string): boolean {
  return typeof schema !== 'boolean' && keyword in schema;
}
