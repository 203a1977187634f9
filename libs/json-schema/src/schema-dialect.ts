import { invalid } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';

/**
 * Where a subschema looks: at the very value its parent looks at (`here`), at one member or item, at any of them,
 * or `nowhere` because it only waits to be referenced.
 */
export type Reach = 'here' | 'member' | 'anyMember' | 'item' | 'anyItem' | 'nowhere';

/** The version of JSON Schema a schema is written in, as far as it changes what keywords mean. */
export interface Dialect {
  readonly name: '2020-12' | 'draft-07';
  /** Keywords that hold subschemas. */
  readonly subschemas: ReadonlyMap<string, Reach>;
  /** Keywords that say where a schema is and how it is called. */
  readonly identifiers: ReadonlySet<string>;
  /** Keywords that say something about a value but hold no subschema. */
  readonly assertions: ReadonlySet<string>;
  /** Whether `$ref` makes every keyword beside it void, as draft-07 §8.3 says. */
  readonly refStandsAlone: boolean;
}

/** The dialect `$schema` names, 2020-12 without it; any other is refused. */
export function dialectOf(schema: JsonObject): Dialect {
  const uri = schema['$schema'];
  if (uri === undefined) return draft202012;
  const dialect = typeof uri === 'string' ? dialects.get(uri.replace(/#$/, '')) : undefined;
  if (!dialect) throw invalid('SCHEMA_INVALID', '/$schema', `must be one of ${[...dialects.keys()].join(', ')}`);
  return dialect;
}

/** Keywords whose value maps names to subschemas. */
export const mapsOfSubschemas: ReadonlySet<string> = new Set(
  words('properties patternProperties dependentSchemas dependencies $defs definitions'),
);

/** Keywords for readers; they change nothing about what is valid. So does every keyword that begins with `x-`. */
export const annotations: ReadonlySet<string> = new Set(
  words('title description default examples deprecated readOnly writeOnly contentMediaType contentEncoding'),
);

const draft07: Dialect = {
  name: 'draft-07',
  subschemas: new Map<string, Reach>([
    ...reaching('here', 'allOf anyOf oneOf not if then else dependencies'),
    ...reaching('member', 'properties'),
    ...reaching('anyMember', 'patternProperties additionalProperties propertyNames'),
    ...reaching('anyItem', 'items additionalItems contains'),
    ...reaching('nowhere', 'definitions $defs'),
  ]),
  identifiers: new Set(words('$schema $id $ref $comment')),
  assertions: new Set(
    words(`type enum const multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern
      maxItems minItems uniqueItems maxProperties minProperties required format`),
  ),
  refStandsAlone: true,
};

const draft202012: Dialect = {
  name: '2020-12',
  subschemas: new Map<string, Reach>([
    ...[...draft07.subschemas].filter(([keyword]) => keyword !== 'additionalItems'),
    ...reaching('here', 'dependentSchemas'),
    ...reaching('item', 'prefixItems'),
    ...reaching('anyMember', 'unevaluatedProperties'),
    ...reaching('anyItem', 'unevaluatedItems'),
    ...reaching('nowhere', 'contentSchema'),
  ]),
  identifiers: new Set([...draft07.identifiers, ...words('$anchor $dynamicAnchor $dynamicRef')]),
  assertions: new Set([...draft07.assertions, ...words('dependentRequired minContains maxContains')]),
  refStandsAlone: false,
};

const dialects: ReadonlyMap<string, Dialect> = new Map([
  ['https://json-schema.org/draft/2020-12/schema', draft202012],
  ['http://json-schema.org/draft-07/schema', draft07],
]);

function reaching(reach: Reach, keywords: string): [string, Reach][] {
  return words(keywords).map((keyword) => [keyword, reach]);
}

function words(text: string): string[] {
  return text.split(/\s+/);
}
