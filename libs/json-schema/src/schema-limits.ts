import { invalid, isJsonObject, pointerTo } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';

import type { SchemaTree } from './schema-tree.js';

/** How large a collection's JSON Schema may be, and how much work it may ask for. */
export interface SchemaLimits {
  /** Length as compact JSON, UTF-8. */
  bytes: number;
  /** Levels of objects and arrays within each other. */
  depth: number;
  /** Schemas and subschemas together. */
  nodes: number;
  /** Steps to evaluate at any one place of a document; see `stepsByDepth`. */
  cost: number;
}

/** Refuses a schema that nests too deeply or is too long; everything after may recurse along it. */
export function refuseOversized(schema: JsonValue, limits: SchemaLimits): void {
  refuseDeep(schema, '', limits.depth);
  if (Buffer.byteLength(JSON.stringify(schema)) > limits.bytes) {
    throw invalid('SCHEMA_INVALID', '', `is larger than ${limits.bytes} bytes (limits.schemaBytes)`);
  }
}

// The validator writes one expression, or one block within the other, for each; its own time grows with the square.
const LONGEST_ONE_OF = 300;
const LONGEST_DEPENDENCY = 200;

/** Refuses an `oneOf` of very many schemas, and a member on which very many others depend. */
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
