/** A JSON Schema as Haven stores it. */
export type JsonSchema = boolean | { [keyword: string]: unknown };

/** A schema with only the keywords that decide on types, whose references all lead to `definitions` or the root. */
export type PlainSchema = Record<string, unknown>;

/**
 * Reduces a schema to what decides on its TypeScript type. Everything else is left out: keywords that only validate,
 * and keywords by which the author of a schema could write code into the generated file.
 */
export class SchemaReducer {
  /** The schemas to which references lead, by the names of their types. */
  private readonly definitions: Record<string, PlainSchema> = {};

  /**
   * `nameOf` returns the name of the type for the definition to which a reference leads. If `isInput`, members that
   * have a default are not required.
   */
  constructor(
    private readonly root: JsonSchema,
    private readonly nameOf: (reference: string) => string,
    private readonly isInput: boolean,
  ) {}

  /** Returns the whole schema, with the name of its type. */
  reduceRoot(name: string): PlainSchema {
    const { $ref } = isObject(this.root) ? this.root : {};
    const start = typeof $ref === 'string' && $ref.startsWith('#/') ? resolvePointer(this.root, $ref) : this.root;
    const reduced = this.reduce(start);
    if (reduced['properties'] && reduced['type'] === undefined) reduced['type'] = 'object';
    return { ...reduced, title: name, definitions: this.definitions };
  }

  private reduce(schema: unknown): PlainSchema {
    if (!isObject(schema)) return {};
    if (typeof schema['$ref'] === 'string') return this.refer(schema['$ref']);
    const { enum: values, const: value, deprecated, description } = schema;
    const type = schema['type'] ?? ('x-haven-ref' in schema ? 'string' : undefined); // only ids refer to records
    return defined({
      type,
      enum: Array.isArray(values) ? values : undefined,
      const: value,
      required: this.requiredIn(schema),
      deprecated: deprecated === true ? true : undefined,
      description: typeof description === 'string' ? description.replaceAll('*/', '*\\/') : undefined,
      properties: this.reduceMembers(schema['properties']),
      additionalProperties: this.reduceOthers(schema),
      ...this.reduceItems(schema),
      anyOf: this.reduceList(schema['anyOf']),
      oneOf: this.reduceList(schema['oneOf']),
      allOf: this.reduceList(schema['allOf']),
    });
  }

  /** Returns a reference to the schema at the end of a chain of references; any type, if it does not exist. */
  private refer(reference: string, visited = new Set<string>()): PlainSchema {
    if (reference === '#') return { $ref: '#' };
    const target = reference.startsWith('#/') ? resolvePointer(this.root, reference) : undefined;
    if (target === undefined || visited.has(reference)) return {};
    if (isObject(target) && typeof target['$ref'] === 'string')
      return this.refer(target['$ref'], visited.add(reference));
    const name = this.nameOf(reference);
    if (!(name in this.definitions)) {
      const definition: PlainSchema = (this.definitions[name] = {}); // first, because it may refer to itself
      Object.assign(definition, this.reduce(target), { title: name });
    }
    return { $ref: `#/definitions/${name}` };
  }

  private requiredIn({ required, properties }: { [keyword: string]: unknown }): unknown[] | undefined {
    if (!Array.isArray(required)) return undefined;
    const members = isObject(properties) ? properties : {};
    const hasDefault = (name: unknown): boolean => {
      const member = Object.hasOwn(members, String(name)) ? members[String(name)] : undefined;
      return isObject(member) && 'x-haven-default' in member;
    };
    return this.isInput ? required.filter((name) => !hasDefault(name)) : required;
  }

  /** Leaves out members that the schema forbids by `false`. */
  private reduceMembers(members: unknown): Record<string, PlainSchema> | undefined {
    if (!isObject(members)) return undefined;
    const allowed = Object.entries(members).filter(([, member]) => member !== false);
    return Object.fromEntries(allowed.map(([name, member]) => [name, this.reduce(member)]));
  }

  /** Returns the schema of members without a name in `properties`. An object without names may have any. */
  private reduceOthers(schema: { [keyword: string]: unknown }): boolean | PlainSchema | undefined {
    const { properties, patternProperties, additionalProperties, type } = schema;
    if (patternProperties !== undefined) return true; // whose names TypeScript cannot express
    if (additionalProperties === undefined && type === 'object' && !isObject(properties)) return true;
    return this.reduceOptional(additionalProperties);
  }

  private reduceItems(schema: { [keyword: string]: unknown }): PlainSchema {
    const { prefixItems, items, additionalItems } = schema;
    const [first, others] = Array.isArray(prefixItems) ? [prefixItems, items] : [items, additionalItems];
    if (!Array.isArray(first)) return { items: isObject(first) ? this.reduce(first) : undefined };
    return { items: this.reduceList(first), additionalItems: this.reduceOptional(others) };
  }

  private reduceList(schemas: unknown): PlainSchema[] | undefined {
    return Array.isArray(schemas) ? schemas.map((schema) => this.reduce(schema)) : undefined;
  }

  private reduceOptional(schema: unknown): boolean | PlainSchema | undefined {
    return typeof schema === 'boolean' || schema === undefined ? schema : this.reduce(schema);
  }
}

/** Returns the part of a schema at a JSON Pointer in the form of a URL fragment. */
function resolvePointer(root: unknown, pointer: string): unknown {
  let value: unknown = root;
  for (const part of pointer.slice(2).split('/')) {
    const name = decode(part).replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = Reflect.get(value, name);
  }
  return value;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function defined(members: PlainSchema): PlainSchema {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

export function isObject(value: unknown): value is { [member: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
