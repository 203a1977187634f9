import { invalid, isJsonObject, pointerTo } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';

import type { SchemaTree } from './schema-tree.js';

/** Limits on the size and the cost of a collection's JSON Schema. */
export interface SchemaLimits {
  /** Maximum length as text, in bytes of UTF-8. */
  bytes: number;
  /** Maximum nesting depth of objects and arrays. */
  depth: number;
  /** Maximum number of schemas, including subschemas. */
  nodes: number;
  /** Maximum number of steps to evaluate the schema for any one value of a document; see `stepsByDepth`. */
  cost: number;
}

/**
 * Refuses a schema that is nested too deeply or is too long. This check comes first, so that all later steps can
 * recurse through the schema.
 */
export function refuseOversized(schema: JsonValue, text: string, limits: SchemaLimits): void {
  refuseDeep(schema, '', limits.depth);
  if (Buffer.byteLength(text) > limits.bytes) {
    throw invalid('SCHEMA_INVALID', '', `is larger than ${limits.bytes} bytes (limits.schemaBytes)`);
  }
}

// Maximum length of `oneOf`, and of a list of members on which another member depends. For each element, the validator
// generates an expression, or a block nested inside that of the previous element; generating this code takes time
// quadratic in the number of elements.
const LONGEST_ONE_OF = 300;
const LONGEST_DEPENDENCY = 200;

/** Refuses a schema in which `oneOf` has very many elements, or in which one member depends on very many others. */
export function refuseWide({ nodes }: SchemaTree): void {
  for (const { schema, pointer } of nodes.values()) {
    if (typeof schema === 'boolean') continue;
    refuseLong(schema['oneOf'], pointerTo(pointer, 'oneOf'), LONGEST_ONE_OF);
    for (const keyword of ['dependentRequired', 'dependencies']) {
      const at = pointerTo(pointer, keyword);
      const lists = schema[keyword];
      for (const [name, list] of isJsonObject(lists) ? Object.entries(lists) : []) {
        refuseLong(list, pointerTo(at, name), LONGEST_DEPENDENCY);
      }
    }
  }
}

function refuseLong(list: JsonValue | undefined, pointer: string, most: number): void {
  if (Array.isArray(list) && list.length > most)
    throw invalid('SCHEMA_INVALID', pointer, `has more than ${most} elements`);
}

function refuseDeep(value: JsonValue, pointer: string, levels: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (levels === 0) throw invalid('SCHEMA_INVALID', pointer, 'is nested too deeply (limits.schemaDepth)');
  for (const [key, member] of Object.entries(value)) refuseDeep(member, pointerTo(pointer, key), levels - 1);
}
