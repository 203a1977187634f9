const NULL = 'null';

/** Keywords whose value maps names to schemas. A name can be that of a keyword. */
const MAPS = new Set(['properties', 'patternProperties', 'dependentSchemas', 'schemas']);

/** Keywords whose value is data, not a schema. */
const DATA = new Set(['example', 'enum', 'default']);

/**
 * Rewrites the schemas of OpenAPI 3.1 in a document in the form of OpenAPI 3.0: types that include null, several types,
 * `const` and `examples`. Keywords that 3.0 lacks and tools ignore stay. Returns a copy.
 */
export function toOpenApi30<T>(value: T): T {
  return rewritten(value) as T; // the result has the same structure
}

function rewritten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewritten);
  if (typeof value !== 'object' || value === null) return value;
  const schema: Record<string, unknown> = {};
  for (const [keyword, each] of Object.entries(value)) {
    if (DATA.has(keyword)) schema[keyword] = each;
    else if (MAPS.has(keyword)) schema[keyword] = eachRewritten(each);
    else if (keyword === 'const') schema['enum'] = [each];
    else if (keyword === 'examples' && Array.isArray(each)) schema['example'] = each[0];
    else if (keyword === 'type' && Array.isArray(each)) addTypes(schema, each);
    else if ((keyword === 'anyOf' || keyword === 'oneOf') && Array.isArray(each) && each.some(isNullType)) {
      schema[keyword] = each.filter((one) => !isNullType(one)).map(rewritten);
      schema['nullable'] = true;
    } else schema[keyword] = rewritten(each);
  }
  return schema;
}

function eachRewritten(map: unknown): unknown {
  if (typeof map !== 'object' || map === null) return map;
  return Object.fromEntries(Object.entries(map).map(([name, schema]) => [name, rewritten(schema)]));
}

/** Adds a list of types: the only one besides null, or none, because 3.0 has no list. */
function addTypes(schema: Record<string, unknown>, types: unknown[]): void {
  const [type, ...others] = types.filter((each) => each !== NULL);
  if (type !== undefined && others.length === 0) schema['type'] = type;
  if (types.includes(NULL)) schema['nullable'] = true;
}

function isNullType(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === NULL;
}
