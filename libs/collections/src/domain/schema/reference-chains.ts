import { invalid } from '@haven/kernel';

import type { SchemaNode } from './schema-tree.js';

// The validator compiles what a reference refers to within the compiling of what refers to it, and so uses up its stack.
const LONGEST_CHAIN = 200;

/** Refuses references that lead on to others, and these to others, more than two hundred times. */
export function refuseLongChains(root: SchemaNode): void {
  const seen = new Set<SchemaNode>();
  follow(root, 0);

  function follow(node: SchemaNode, hops: number): void {
    if (seen.has(node)) return;
    seen.add(node);
    if (hops > LONGEST_CHAIN) {
      throw invalid(
        'SCHEMA_INVALID',
        node.pointer,
        `is at the end of more than ${LONGEST_CHAIN} references that lead on to each other`,
      );
    }
    for (const target of node.references) follow(target, hops + 1);
    for (const { node: inner, reach } of node.subschemas) if (reach !== 'nowhere') follow(inner, hops);
  }
}
