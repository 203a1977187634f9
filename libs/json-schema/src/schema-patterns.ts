import { invalid, isJsonObject, pointerTo } from '@haven/kernel';

import { LinearPattern } from './linear-pattern.js';
import type { SchemaNode, SchemaTree } from './schema-tree.js';
import type { WorkMeter } from './work-meter.js';

/**
 * Maximum number of instructions of all patterns of a schema together. `INSTRUCTIONS_PER_PATTERN` is added for each
 * pattern, to account for the time to compile it.
 */
const INSTRUCTIONS = 10_000;
const INSTRUCTIONS_PER_PATTERN = 20;

/**
 * Compiles every pattern of a schema. Refuses a pattern that RE2 does not support or that is too large, with a pointer
 * to it.
 */
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
        throw invalid(
          'SCHEMA_INVALID',
          pointer,
          `exceeds the limit of ${INSTRUCTIONS} instructions for all patterns together; use fewer repetitions`,
        );
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
