const NULL = 'null';

/**
 * Rewrites the types of OpenAPI 3.1 that include null in the form of OpenAPI 3.0, `nullable: true`, everywhere in a
 * document. Haven's document uses no other keyword that 3.0 lacks. Returns a copy.
 */
export function withNullableSchemas<T>(value: T): T {
  return rewritten(value) as T; // the result has the same structure
}

function rewritten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewritten);
  if (typeof value !== 'object' || value === null) return value;
  const schema: Record<string, unknown> = {};
  for (const [keyword, each] of Object.entries(value)) {
    if (keyword === 'type' && isTypeList(each)) {
      schema['type'] = each.find((type) => type !== NULL);
      schema['nullable'] = true;
    } else if ((keyword === 'anyOf' || keyword === 'oneOf') && Array.isArray(each) && each.some(isNullType)) {
      schema[keyword] = each.filter((one) => !isNullType(one)).map(rewritten);
      schema['nullable'] = true;
    } else schema[keyword] = rewritten(each);
  }
  return schema;
}

/** Whether the value is the list of a type and null. */
function isTypeList(value: unknown): value is string[] {
  return Array.isArray(value) && value.includes(NULL);
}

function isNullType(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === NULL;
}
