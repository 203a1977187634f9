import { pointerTo } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import { compareDecimals } from './decimal.js';
import type { SchemaNode } from './schema-tree.js';

/** The number literals of a schema that no double represents exactly. */
export class InexactNumbers {
  /** The pointers to these numbers, and to everything that contains one. */
  private readonly pointers = new Set<string>();

  /** `literals` has the literals by their JSON Pointers. */
  constructor(private readonly literals: ReadonlyMap<string, string>) {
    for (let pointer of literals.keys()) {
      while (!this.pointers.has(pointer)) {
        this.pointers.add(pointer);
        pointer = pointer.slice(0, Math.max(0, pointer.lastIndexOf('/')));
      }
    }
  }

  /** Returns the literal at a pointer, if it is inexact. */
  literalAt(pointer: string): string | undefined {
    return this.literals.get(pointer);
  }

  /** Whether the value at a pointer is an inexact number or contains one. */
  isAt(pointer: string): boolean {
    return this.pointers.has(pointer);
  }
}

const BOUNDS = {
  maximum: { exclusive: 'exclusiveMaximum', inclusive: 'maximum', side: 1 },
  exclusiveMaximum: { exclusive: 'exclusiveMaximum', inclusive: 'maximum', side: 1 },
  minimum: { exclusive: 'exclusiveMinimum', inclusive: 'minimum', side: -1 },
  exclusiveMinimum: { exclusive: 'exclusiveMinimum', inclusive: 'minimum', side: -1 },
} as const;

/**
 * Rewrites the bounds of a schema that no double represents, so that they can be compared as doubles with the same
 * result. A value is compared by the decimal that its double is printed as. `maximum: 9223372036854775807` becomes
 * `exclusiveMaximum: 9223372036854776000`, because the double nearest to the bound is printed as a larger decimal.
 * Values of `enum` and `const` that are not exact equal no value.
 */
export function withExactBounds(schema: JsonObject, { pointer }: SchemaNode, inexact: InexactNumbers): JsonObject {
  if (!inexact.isAt(pointer)) return schema;
  const exact = { ...schema };
  const additional: JsonObject[] = [];
  for (const [keyword, bound] of Object.entries(BOUNDS)) {
    const literal = inexact.literalAt(pointerTo(pointer, keyword));
    if (literal === undefined || !(keyword in schema)) continue;
    delete exact[keyword];
    additional.push(boundOf(literal, bound, keyword === bound.inclusive));
  }
  const at = pointerTo(pointer, 'enum');
  const values = schema['enum'];
  if (Array.isArray(values)) exact['enum'] = values.filter((_, index) => !inexact.isAt(pointerTo(at, index)));
  if ('const' in schema && inexact.isAt(pointerTo(pointer, 'const'))) {
    delete exact['const'];
    exact['enum'] = [];
  }
  return additional.length === 0 ? exact : { ...exact, allOf: [...listOf(exact['allOf']), ...additional] };
}

function boundOf(literal: string, bound: (typeof BOUNDS)[keyof typeof BOUNDS], isInclusive: boolean): JsonObject {
  const nearest = Number(literal);
  // Positive if the double, as it is printed, is beyond the bound.
  const beyond = compareDecimals(String(nearest), literal) * bound.side;
  const allowsNearest = isInclusive ? beyond <= 0 : beyond < 0;
  return { [allowsNearest ? bound.inclusive : bound.exclusive]: nearest };
}

function listOf(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value : [];
}
