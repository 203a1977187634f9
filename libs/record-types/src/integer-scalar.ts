import type { JsonObject, JsonValue } from '@haven/kernel';

const INT_MIN = -(2 ** 31);
const INT_MAX = 2 ** 31 - 1;

/** Returns `Int` if every integer that the schema allows fits into 32 bits, because GraphQL's `Int` has no more. */
export function integerScalar(schema: JsonObject): 'Int' | 'SafeInt' {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, enum: values, const: constant } = schema;
  const listed = constant === undefined ? values : [constant];
  if (Array.isArray(listed)) {
    const numbers = listed.filter((value) => typeof value === 'number');
    return numbers.every((value) => value >= INT_MIN && value <= INT_MAX) ? 'Int' : 'SafeInt';
  }
  const hasFloor = atLeast(minimum, INT_MIN) || atLeast(exclusiveMinimum, INT_MIN - 1);
  const hasCeiling = atLeast(INT_MAX, maximum) || atLeast(INT_MAX + 1, exclusiveMaximum);
  return hasFloor && hasCeiling ? 'Int' : 'SafeInt';
}

function atLeast(value: JsonValue | undefined, bound: JsonValue | undefined): boolean {
  return typeof value === 'number' && typeof bound === 'number' && value >= bound;
}
