import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';

import type { JsonObject } from '@haven/kernel';

import { publishSchema } from './published-schema.js';

const PREFIX_ITEMS: JsonObject = { prefixItems: [{ type: 'string' }], items: { type: 'null' } };
const DEPENDENT: JsonObject = { dependentRequired: { a: ['b'] }, dependentSchemas: { c: { minProperties: 3 } } };
const DATE_AND_5: JsonObject = { a: '2026-01-31', b: 5 };
const DRAFT_07 = 'http://json-schema.org/draft-07/schema#';

function publish(schema: JsonObject, isVisible = (_: string) => true) {
  const { components, ...names } = publishSchema(schema, { name: 'Thing', isVisible });
  return { ...names, schemas: Object.fromEntries(components) as Record<string, any> };
}

describe('the schema of a collection', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['a list of schemas in `items`', { items: [{ type: 'string' }], additionalItems: { type: 'null' } }, PREFIX_ITEMS],
    ['`dependencies`', { dependencies: { a: ['b'], c: { minProperties: 3 } } }, DEPENDENT],
    ['keywords beside `$ref`', { $ref: '#/definitions/d', minimum: 5, title: 'T' }, { ...ref('Thing_D'), title: 'T' }],
    ['keywords of 2020-12', { prefixItems: [{}], dependentRequired: { a: ['b'] }, type: 'string' }, { type: 'string' }],
    ['an anchor', { $ref: '#named' }, ref('Thing_Named')],
  ])('of draft-07 is that of OpenAPI 3.1 with %s', (_, member, expected) => {
    const definitions = { d: { type: 'integer' }, named: { $id: '#named', type: 'string' } };
    const { schemas } = publish({ $schema: DRAFT_07, properties: { member }, definitions });
    expect(schemas['Thing'].properties.member).toEqual(expected);
  });

  it.each<[string, JsonObject, JsonObject]>([
    ['true', { additionalProperties: true, not: { not: true } }, { additionalProperties: true, not: { not: {} } }],
    ['items: false', { prefixItems: [{}, {}], items: false, maxItems: 9 }, { prefixItems: [{}, {}], maxItems: 2 }],
    ['an unknown keyword', { type: 'string', discriminator: { $ref: 'x' }, $comment: 'c' }, { type: 'string' }],
    ['data that looks like a reference', { const: { $ref: 'x' }, default: { $ref: 'x' }, enum: [{ $ref: 'x' }] }, {}],
    ['values that the type excludes', { type: 'string', enum: ['a', 1, 'a', null] }, { type: 'string', enum: ['a'] }],
    ['no possible value', { type: 'string', enum: [1] }, { not: {} }],
    [
      'examples that are wrong',
      { type: 'integer', examples: ['a', 2], default: 'b' },
      { type: 'integer', examples: [2] },
    ],
    ['a default', { type: 'string', default: 'b' }, { type: 'string', examples: ['b'] }],
    ['`$ref` and others', { $ref: '#/$defs/d', minimum: 5 }, { minimum: 5, allOf: [ref('Thing_D')] }],
    ['a dynamic reference', { $dynamicRef: '#x' }, ref('Thing_X')],
    ['recursion', { items: { $ref: '#' }, type: 'array' }, { type: 'array', items: ref('Thing') }],
    ['a required member that is not named', { required: ['a'] }, { required: ['a'], properties: { a: {} } }],
    ['an array of anything', { type: 'array' }, { type: 'array', items: {} }],
  ])('has an equivalent for %s', (_, member, expected) => {
    const { schemas } = publish({ properties: { member }, $defs: { d: {}, x: { $dynamicAnchor: 'x' } } });
    expect(schemas['Thing'].properties.member).toEqual(expected);
  });

  it('names definitions after their keys, without a collision', () => {
    const $defs = { 'a b': {}, 'a-b': {}, A: {}, APatch: {}, ö: {} };
    const properties = Object.fromEntries(
      Object.keys($defs).map((key, n) => [n, { $ref: `#/$defs/${encodeURI(key)}` }]),
    );
    const { schemas } = publish({ properties, $defs });
    const names = Object.values<{ $ref: string }>(schemas['Thing'].properties).map(({ $ref }) =>
      $ref.split('/').at(-1),
    );
    expect(names).toEqual(['Thing_AB', 'Thing_AB2', 'Thing_A', 'Thing_APatch2', 'Thing_Part']);
  });

  it('explains references and defaults, but names no collection that the caller may not see', () => {
    const reference = { type: 'string', format: 'uuid', 'x-haven-ref': { collection: 'secrets' } };
    const at = { type: 'string', description: 'When.', 'x-haven-default': '$now' };
    const schema = { properties: { reference, at } };
    expect(JSON.stringify(publish(schema).schemas)).toContain('The id of a record of `secrets`.');
    const hidden = publish(schema, () => false).schemas;
    expect(JSON.stringify(hidden)).not.toContain('secrets');
    expect(hidden['Thing'].properties.at.description).toBe(
      'When.\n\nFilled in if it is absent: the time of the change.',
    );
  });
});

describe('what can be sent', () => {
  const address = {
    type: 'object',
    required: ['city'],
    properties: { city: { type: 'string' }, in: { $ref: '#/$defs/address' } },
  };
  const schema = {
    type: 'object',
    required: ['name', 'at'],
    additionalProperties: false,
    properties: {
      name: { type: 'string' },
      at: { type: 'string', 'x-haven-default': '$now' },
      kind: { type: ['string', 'null'], enum: ['a', null] },
      list: { type: 'array', items: { type: 'string' } },
      address: { $ref: '#/$defs/address' },
    },
    $defs: { address },
  };
  const { schemas, input, patch } = publish(schema);
  const ajv = new Ajv2020({ strict: false, logger: false }).addSchema({ $id: 'openapi', components: { schemas } });
  const accepts = (name: string, data: JsonObject) =>
    ajv.validate({ $ref: `openapi#/components/schemas/${name}` }, data);

  it('as a whole may lack members that have a default', () => {
    expect(accepts(input, { name: 'a' })).toBe(true);
    expect(accepts(input, {})).toBe(false);
    expect(accepts('Thing', { name: 'a' })).toBe(false);
  });

  it.each<[boolean, JsonObject]>([
    [true, {}],
    [true, { name: 'b', kind: null, list: null, address: null }],
    [true, { address: { in: { city: 'Rome', in: null } } }],
    [false, { name: null }],
    [false, { address: { city: null } }],
    [false, { list: [1] }],
    [false, { other: 1 }],
    [false, { kind: 'b' }],
  ])('as a merge patch is told apart: %s %j', (isValid, data) => {
    expect(accepts(patch, data)).toBe(isValid);
  });
});

describe('the example', () => {
  it.each<[string, JsonObject, JsonObject | null]>([
    ['uses examples', { properties: { a: { type: 'string', examples: ['x'] } } }, { a: 'x' }],
    [
      'follows formats and bounds',
      { properties: { a: { format: 'date' }, b: { type: 'integer', minimum: 5 } } },
      DATE_AND_5,
    ],
    [
      'finds a string for a pattern',
      { required: ['a'], properties: { a: { type: 'string', pattern: '^[A-Z]{3}$' } } },
      { a: 'ABC' },
    ],
    ['omits what it cannot find', { properties: { a: { type: 'string', pattern: '^q{7}z$' } } }, {}],
    ['omits ids of other records', { properties: { a: { type: 'string', 'x-haven-ref': { collection: 'b' } } } }, {}],
    ['omits what has a default', { properties: { a: { type: 'string', 'x-haven-default': 'x' } } }, {}],
    ['ends recursion', { properties: { a: { $ref: '#' } }, required: ['b'] }, { b: 'text' }],
    [
      'is absent if there is none',
      { required: ['a'], properties: { a: { type: 'string', pattern: '^q{7}z$' } } },
      null,
    ],
  ])('%s', (_, schema, expected) => {
    expect(publish(schema).example).toEqual(expected);
  });
});

function ref(name: string): { $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}
