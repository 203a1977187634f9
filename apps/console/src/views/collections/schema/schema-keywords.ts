/** The value that a keyword of JSON Schema takes. */
export type KeywordValue =
  | 'any'
  | 'schema'
  | 'schemas'
  | 'namedSchemas'
  | 'items'
  | 'types'
  | 'text'
  | 'texts'
  | 'pattern'
  | 'number'
  | 'count'
  | 'boolean'
  | 'list'
  | 'reference';

const KEYWORDS_BY_VALUE: Readonly<Record<KeywordValue, string>> = {
  any: 'const default examples dependencies dependentRequired x-haven-default x-haven-name $vocabulary',
  schema:
    'additionalProperties propertyNames unevaluatedProperties unevaluatedItems additionalItems contains not if then ' +
    'else contentSchema',
  schemas: 'allOf anyOf oneOf prefixItems',
  namedSchemas: 'properties patternProperties dependentSchemas $defs definitions',
  items: 'items',
  types: 'type',
  text:
    'title description format $schema $id $ref $anchor $dynamicRef $dynamicAnchor $comment contentEncoding ' +
    'contentMediaType',
  texts: 'required',
  pattern: 'pattern',
  number: 'minimum maximum exclusiveMinimum exclusiveMaximum multipleOf',
  count: 'minLength maxLength minItems maxItems minProperties maxProperties minContains maxContains',
  boolean: 'uniqueItems deprecated readOnly writeOnly',
  list: 'enum',
  reference: 'x-haven-ref',
};

/** The keywords that Haven knows. Others are annotations. */
export const keywords: ReadonlyMap<string, KeywordValue> = new Map(
  Object.entries(KEYWORDS_BY_VALUE).flatMap(
    ([value, names]) => names.split(' ').map((name) => [name, value as KeywordValue]), // a key of the record above
  ),
);

export const typeNames: readonly string[] = ['string', 'integer', 'number', 'boolean', 'object', 'array', 'null'];

/** Names and values that the editor of schemas completes. */
export const completions: readonly string[] = [
  ...[...keywords.keys(), ...typeNames, 'date', 'date-time', 'email', 'uri', 'uuid'],
  ...['collection', 'onDelete', 'restrict', 'setNull', 'cascade', '$now', '$uuid', '$principal'],
].map((text) => JSON.stringify(text));

/** Returns the keyword that a name may have been meant to be; undefined if it is one, or is like none. */
export function meantKeyword(name: string): string | undefined {
  if (keywords.has(name)) return undefined;
  const most = name.length > 5 ? 2 : 1;
  return [...keywords.keys()].find((keyword) => isWithin(name.toLowerCase(), keyword.toLowerCase(), most));
}

/** Whether at most `most` characters must be changed, added or removed to get from one text to the other. */
function isWithin(one: string, other: string, most: number): boolean {
  if (Math.abs(one.length - other.length) > most) return false;
  if (one === '' || other === '') return true;
  if (one[0] === other[0]) return isWithin(one.slice(1), other.slice(1), most);
  if (most === 0) return false;
  const [rest, otherRest] = [one.slice(1), other.slice(1)];
  return isWithin(rest, otherRest, most - 1) || isWithin(rest, other, most - 1) || isWithin(one, otherRest, most - 1);
}
