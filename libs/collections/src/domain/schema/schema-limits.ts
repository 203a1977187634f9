import { invalid, pointerTo } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';

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

function refuseDeep(value: JsonValue, pointer: string, levels: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (levels === 0) throw invalid('SCHEMA_INVALID', pointer, 'is nested too deeply (limits.schemaDepth)');
  for (const [key, member] of Object.entries(value)) refuseDeep(member, pointerTo(pointer, key), levels - 1);
}
