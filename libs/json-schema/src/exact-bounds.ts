import { pointerTo } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import { compareDecimals } from './decimal.js';
import type { SchemaNode } from './schema-tree.js';

/** Number literals of a schema that no double represents exactly, by their JSON Pointers. */
export type InexactNumbers = ReadonlyMap<string, string>;

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
  if (inexact.size === 0) return schema;
  const isInexact = (at: string) => [...inexact.keys()].some((one) => one === at || one.startsWith(`${at}/`));
  const exact = { ...schema };
  const additional: JsonObject[] = [];
  for (const [keyword, bound] of Object.entries(BOUNDS)) {
    const literal = inexact.get(pointerTo(pointer, keyword));
    if (literal === undefined || !(keyword in schema)) continue;
    delete exact[keyword];
    additional.push(boundOf(literal, bound, keyword === bound.inclusive));
  }
  const at = pointerTo(pointer, 'enum');
  const values = schema['enum'];
  if (Array.isArray(values)) exact['enum'] = values.filter((_, index) => !isInexact(pointerTo(at, index)));
  if ('const' in schema && isInexact(pointerTo(pointer, 'const'))) {
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
