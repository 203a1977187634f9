import { invalid, isJsonObject, pointerTo } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';

import type { SchemaTree } from './schema-tree.js';

/** Limits on the size and the cost of a collection's JSON Schema. */
export interface SchemaLimits {
  /** Maximum length as compact JSON, in bytes of UTF-8. */
  bytes: number;
  /** Maximum nesting depth of objects and arrays. */
  depth: number;
  /** Maximum number of schemas, including subschemas. */
  nodes: number;
  /** Maximum number of steps to evaluate the schema for any one value of a document; see `stepsByDepth`. */
  cost: number;
}

/** Refuses a schema that is nested too deeply or too long. All later steps can therefore recurse through the schema. */
export function refuseOversized(schema: JsonValue, limits: SchemaLimits): void {
  refuseDeep(schema, '', limits.depth);
  if (Buffer.byteLength(JSON.stringify(schema)) > limits.bytes) {
    throw invalid('SCHEMA_INVALID', '', `is larger than ${limits.bytes} bytes (limits.schemaBytes)`);
  }
}

// For each element, the validator generates an expression, or a block nested inside the previous one. Generating this
// code takes quadratic time.
const LONGEST_ONE_OF = 300;
const LONGEST_DEPENDENCY = 200;

/** Refuses a `oneOf` with very many schemas, and a member on which very many others depend. */
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
