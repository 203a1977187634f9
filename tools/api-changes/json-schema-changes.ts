/**
 * Direction of the values that a schema describes. A client may send everything that a request schema allows, so the
 * current schema must allow everything that the released one allowed. A client relies on everything that a response
 * schema promises, so the current schema must promise everything that the released one promised.
 */
export type Direction = 'request' | 'response';

/** The members of a schema that are compared. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  pattern?: string;
  enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  [limit: string]: unknown;
}

export type Components = Record<string, Schema>;
export type Report = (name: string, change: string) => void;

const LOWER_LIMITS = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const UPPER_LIMITS = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
const UNIONS = ['anyOf', 'oneOf'] as const;

export class SchemaComparison {
  readonly #released: Components;
  readonly #current: Components;
  readonly #report: Report;
  /** Components that have been compared, with the direction. It ends the recursion, and avoids repeated reports. */
  readonly #compared = new Set<string>();

  constructor(released: Components, current: Components, report: Report) {
    this.#released = released;
    this.#current = current;
    this.#report = report;
  }

  /** Compares two schemas. `name` is the path of the schema, such as `Record.data`. */
  compare(name: string, released: Schema, current: Schema, direction: Direction): void {
    const component = componentOf(released);
    const place = component ?? name;
    if (component !== undefined) {
      const pair = `${direction} ${component} ${componentOf(current) ?? name}`;
      if (this.#compared.has(pair)) return;
      this.#compared.add(pair);
    }
    const before = resolve(released, this.#released);
    const after = resolve(current, this.#current);
    this.#compareTypes(place, before, after, direction);
    this.#compareUnions(place, before, after, direction);
    this.#compareValues(place, before, after, direction);
    this.#compareProperties(place, before, after, direction);
    if (before.items && after.items) this.compare(`${place}[]`, before.items, after.items, direction);
    if (isSchema(before.additionalProperties) && isSchema(after.additionalProperties))
      this.compare(`${place}.*`, before.additionalProperties, after.additionalProperties, direction);
  }

  #compareTypes(name: string, released: Schema, current: Schema, direction: Direction): void {
    const [before, after] = [typesOf(released), typesOf(current)];
    const [some, all] = direction === 'request' ? [before, after] : [after, before];
    if (some.every((type) => all.includes(type) || all.includes('any'))) return;
    this.#report(name, `changed its type from ${before.join(' | ')} to ${after.join(' | ')}`);
  }

  /** Alternatives are the same if they refer to the same component or have the same type. */
  #compareUnions(name: string, released: Schema, current: Schema, direction: Direction): void {
    for (const union of UNIONS) {
      const [before, after] = [released[union], current[union]];
      if (!before || !after) continue;
      const added = after.filter((each) => !before.some((other) => isSameAlternative(each, other)));
      const removed = before.filter((each) => !after.some((other) => isSameAlternative(each, other)));
      if (direction === 'request')
        for (const each of removed) this.#report(name, `no longer accepts ${alternative(each)}`);
      else for (const each of added) this.#report(name, `can now also be ${alternative(each)}`);
      for (const each of before) {
        const now = after.find((other) => isSameAlternative(each, other));
        if (now) this.compare(name, each, now, direction);
      }
    }
  }

  /**
   * Compares limits on values. Additional values of an enumeration in a response are not reported: clients must expect
   * them, as in GraphQL.
   */
  #compareValues(name: string, released: Schema, current: Schema, direction: Direction): void {
    if (direction === 'response') {
      if (released.format !== undefined && released.format !== current.format)
        this.#report(name, `changed its format from ${released.format} to ${current.format ?? 'any'}`);
      return;
    }
    if (current.enum) {
      const missing = released.enum?.filter((value) => !current.enum?.includes(value));
      if (!missing) this.#report(name, `now accepts only ${list(current.enum)}`);
      else if (missing.length > 0) this.#report(name, `no longer accepts ${list(missing)}`);
    }
    for (const keyword of ['format', 'pattern'] as const)
      if (current[keyword] !== undefined && current[keyword] !== released[keyword])
        this.#report(name, `now requires the ${keyword} ${current[keyword]}`);
    for (const limit of [...LOWER_LIMITS, ...UPPER_LIMITS]) {
      const isStricter = LOWER_LIMITS.includes(limit) ? isMore : isLess;
      if (isStricter(current[limit], released[limit]))
        this.#report(name, `changed ${limit} from ${list([released[limit] ?? null])} to ${list([current[limit]])}`);
    }
  }

  #compareProperties(name: string, released: Schema, current: Schema, direction: Direction): void {
    const [before, after] = [released.properties ?? {}, current.properties ?? {}];
    for (const [property, schema] of Object.entries(before)) {
      const now = after[property];
      if (now) this.compare(`${name}.${property}`, schema, now, direction);
      else this.#report(`${name}.${property}`, 'was removed');
    }
    const [needed, given] = [new Set(current.required), new Set(released.required)];
    if (direction === 'request') {
      for (const property of needed) if (!given.has(property)) this.#report(`${name}.${property}`, 'is now required');
      if (current.additionalProperties === false && released.additionalProperties !== false)
        this.#report(name, 'no longer accepts other members');
    } else {
      for (const property of given)
        if (!needed.has(property) && after[property]) this.#report(`${name}.${property}`, 'can now be absent');
    }
  }
}

function componentOf(schema: Schema): string | undefined {
  return schema.$ref?.split('/').at(-1);
}

function resolve(schema: Schema, components: Components): Schema {
  const component = componentOf(schema);
  if (component === undefined) return merged(schema, components);
  const found = components[component];
  if (!found) throw new Error(`The document refers to ${schema.$ref}, which it does not contain.`);
  return merged(found, components);
}

/** Returns a schema with what all its parts (`allOf`) say, so that a part can be added. */
function merged({ allOf, ...own }: Schema, components: Components): Schema {
  if (!allOf) return own;
  const parts = [own, ...allOf.map((part) => resolve(part, components))];
  return {
    ...Object.assign({}, ...parts.toReversed()),
    properties: Object.assign({}, ...parts.map(({ properties }) => properties)),
    required: parts.flatMap(({ required = [] }) => required),
  };
}

function isSchema(value: boolean | Schema | undefined): value is Schema {
  return typeof value === 'object';
}

function typesOf({ type = 'any' }: Schema): string[] {
  return (typeof type === 'string' ? [type] : type).flatMap((each) =>
    each === 'number' ? ['number', 'integer'] : each,
  );
}

function isSameAlternative(one: Schema, other: Schema): boolean {
  return one.$ref === undefined && other.$ref === undefined
    ? JSON.stringify(typesOf(one)) === JSON.stringify(typesOf(other))
    : one.$ref === other.$ref;
}

function alternative(schema: Schema): string {
  return componentOf(schema) ?? typesOf(schema).join(' | ');
}

function list(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(', ');
}

function isMore(now: unknown, before: unknown): boolean {
  return typeof now === 'number' && (typeof before !== 'number' || now > before);
}

function isLess(now: unknown, before: unknown): boolean {
  return typeof now === 'number' && (typeof before !== 'number' || now < before);
}
