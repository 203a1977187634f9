import { invalid } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';

/**
 * The values to which a subschema applies: the same value as its parent (`here`), one member or item, any member or
 * item, or none (`nowhere`) because it is only a definition for references.
 */
export type Reach = 'here' | 'member' | 'anyMember' | 'item' | 'anyItem' | 'nowhere';

/** A version of JSON Schema, as far as it affects the meaning of keywords. */
export interface Dialect {
  readonly name: '2020-12' | 'draft-07';
  /** Keywords that contain subschemas. */
  readonly subschemas: ReadonlyMap<string, Reach>;
  /** Keywords that constrain a value and contain no subschema. */
  readonly assertions: ReadonlySet<string>;
  /** Whether `$ref` disables all keywords beside it, as in draft-07 (§8.3). */
  readonly refStandsAlone: boolean;
}

/** Returns the dialect that `$schema` names, or 2020-12 without `$schema`. Refuses any other dialect. */
export function dialectOf(schema: JsonObject): Dialect {
  const uri = schema['$schema'];
  if (uri === undefined) return draft202012;
  // Many schemas write the URI of draft-07, which begins with http, with https.
  const dialect =
    typeof uri === 'string' ? dialects.get(uri.replace(/#$/, '').replace(/^https(?=.*draft-07)/, 'http')) : undefined;
  if (!dialect) throw invalid('SCHEMA_INVALID', '/$schema', `must be one of ${[...dialects.keys()].join(', ')}`);
  return dialect;
}

/** Keywords whose value maps names to subschemas. */
export const mapsOfSubschemas: ReadonlySet<string> = new Set(
  words('properties patternProperties dependentSchemas dependencies $defs definitions'),
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
