import { invalid, isJsonObject, pointerTo } from '@haven/kernel';

import { LinearPattern } from './linear-pattern.js';
import type { SchemaNode, SchemaTree } from './schema-tree.js';
import type { WorkMeter } from './work-meter.js';

/** Instructions all patterns of a schema may have together; each counts a few more, for what compiling it costs. */
const INSTRUCTIONS = 10_000;
const INSTRUCTIONS_PER_PATTERN = 20;

/** Compiles every pattern of a schema; refuses, with a pointer to it, what RE2 lacks and what is too large. */
export function compilePatterns({ nodes }: SchemaTree, meter: WorkMeter): ReadonlyMap<string, LinearPattern> {
  const compiled = new Map<string, LinearPattern>();
  let size = 0;
  for (const node of nodes.values()) {
    for (const [pattern, pointer] of patternsOf(node)) {
      if (compiled.has(pattern)) continue;
      const program = compilePattern(pattern, pointer, meter);
      compiled.set(pattern, program);
      size += program.size + INSTRUCTIONS_PER_PATTERN;
      if (size > INSTRUCTIONS)
        throw invalid('SCHEMA_INVALID', pointer, 'is one pattern too many, or they repeat too much');
    }
  }
  return compiled;
}

function patternsOf({ schema, pointer }: SchemaNode): [pattern: string, pointer: string][] {
  if (typeof schema === 'boolean') return [];
  const { pattern, patternProperties } = schema;
  const found: [string, string][] = typeof pattern === 'string' ? [[pattern, pointerTo(pointer, 'pattern')]] : [];
  const names = isJsonObject(patternProperties) ? Object.keys(patternProperties) : [];
  const at = pointerTo(pointer, 'patternProperties');
  return [...found, ...names.map((name): [string, string] => [name, pointerTo(at, name)])];
}

function compilePattern(pattern: string, pointer: string, meter: WorkMeter): LinearPattern {
  try {
    return LinearPattern.compile(pattern, meter);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw invalid('SCHEMA_INVALID', pointer, error.message);
  }
}
