import { describe, expect, it } from 'vitest';

import { HavenError } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import { compileSchema } from './compile-schema.js';

const limits = { bytes: 65_536, depth: 32, nodes: 2_000, cost: 10_000 };
const DRAFT_07 = 'http://json-schema.org/draft-07/schema#';
const DRAFT_2020 = 'https://json-schema.org/draft/2020-12/schema';

describe('compileSchema refuses a schema that', () => {
  it.each<[string, JsonValue, string]>([
    ['is not an object', true, ''],
    ['is a list', [], ''],
    ['is of an unknown dialect', { $schema: 'https://json-schema.org/draft/2019-09/schema' }, '/$schema'],
    ['changes the dialect in a subschema', { properties: { a: { $schema: DRAFT_07 } } }, '/properties/a/$schema'],
    ['does not admit objects', { type: 'array' }, '/type'],
    ['has an unknown type', { properties: { 'a/b': { type: 'strin' } } }, '/properties/a~1b/type'],
    ['has an invalid length', { properties: { a: { minLength: -1 } } }, '/properties/a/minLength'],
    ['uses unevaluatedItems beside contains', { contains: {}, unevaluatedItems: false }, '/unevaluatedItems'],
    ['nests too deeply', nested(40), '/not'.repeat(32)],
    ['is too long', { description: 'é'.repeat(33_000) }, ''],
    ['has too many subschemas', { properties: numbered(2_000, () => true) }, ''],
    ['has a very long oneOf', { oneOf: list(301, () => ({})) }, '/oneOf'],
    ['has a reference to another document', { $ref: 'https://example.com/s.json' }, '/$ref'],
    ['has a reference to a meta-schema', { $ref: DRAFT_2020 }, '/$ref'],
    ['has a reference to a file', { properties: { a: { $ref: 'other.json#/a' } } }, '/properties/a/$ref'],
    ['has a reference to a missing schema', { $ref: '#/$defs/a' }, '/$ref'],
    ['has a reference to a property that every object inherits', { $defs: {}, $ref: '#/$defs/constructor' }, '/$ref'],
    ['has a reference to something that is not a schema', { $ref: '#/properties', properties: {} }, '/$ref'],
    ['has a reference to a malformed schema in an unknown keyword', { $ref: '#/x', x: { type: 1 } }, '/x/type'],
    ['has a malformed reference', { $ref: '#/%' }, '/$ref'],
    ['declares an anchor twice', { $defs: { a: { $anchor: 'x' }, b: { $anchor: 'x' } } }, '/$defs/b/$anchor'],
    ['declares an id twice', { $id: 'http://x/', $defs: { a: { $id: 'http://x/' } } }, '/$defs/a/$id'],
  ])('%s', (_, schema, pointer) => {
    expect(refusal(schema)).toMatchObject({ code: 'SCHEMA_INVALID', extras: { errors: [{ pointer }] } });
  });
});

describe('a schema with exponential cost', () => {
  const doubling = numbered(40, (i) => ({ allOf: [{ $ref: `#/$defs/p${i + 1}` }, { $ref: `#/$defs/p${i + 1}` }] }));
  const beyond = numbered(190, (i) => ({ allOf: list(9, () => ({ $ref: `#/$defs/p${i + 1}` })) }));
  const again = { $ref: '#' };

  it.each<[string, JsonValue]>([
    ['refers to itself', { $ref: '#' }],
    ['refers to itself indirectly', { anyOf: [{ $ref: '#/$defs/a' }], $defs: { a: { not: { $ref: '#' } } } }],
    ['refers to itself dynamically', { $dynamicAnchor: 'a', dependentSchemas: { x: { $dynamicRef: '#a' } } }],
    ['refers to itself in draft-07', { $schema: DRAFT_07, dependencies: { x: { $ref: '#' } } }],
    ['doubles at every reference', { $ref: '#/$defs/p0', $defs: { ...doubling, p40: {} } }],
    [
      'doubles beyond the range of numbers',
      { properties: { a: { $ref: '#/$defs/p0' } }, $defs: { ...beyond, p190: { items: {} } } },
    ],
    ['recurses twice through one property', { anyOf: [{ properties: { a: again } }, { properties: { a: again } }] }],
    [
      'recurses twice through items',
      { properties: { a: { oneOf: [{ items: again }, { items: again }] } }, items: again },
    ],
    ['recurses through a property and through any', { properties: { a: again }, patternProperties: { a: again } }],
    [
      'recurses through additionalProperties and unevaluatedProperties',
      { anyOf: [{ additionalProperties: again }], unevaluatedProperties: again },
    ],
    ['recurses through an item and contains', { prefixItems: [again], contains: again }],
    [
      'recurses through a named and an additional property',
      { if: { properties: { a: again } }, then: { additionalProperties: again } },
    ],
    ['takes many steps', { allOf: list(90, () => ({ required: list(120, (i) => `p${i}`) })) }],
    ['has a long chain of references', chain(300)],
  ])('is refused when it %s', (_, schema) => {
    expect(refusal(schema)?.code).toBe('SCHEMA_INVALID');
  });

  it.each<[string, JsonObject, JsonObject]>([
    ['a tree', { properties: { left: again, right: again } }, { left: { right: {} } }],
    ['a linked list', { properties: { next: { anyOf: [again, { type: 'null' }] } } }, { next: { next: null } }],
    ['any JSON', { additionalProperties: { $ref: '#/$defs/v' }, $defs: { v: anything() } }, { a: [{ b: [1, null] }] }],
    ['an inherited tree', { allOf: [{ properties: { l: again } }, { properties: { r: again } }] }, { l: { r: {} } }],
  ])('accepts %s, which is linear', (_, schema, data) => {
    const compiled = compileSchema({ ...schema, type: 'object' }, limits);
    expect(compiled.accepts(data)).toBe(true);
    expect(compiled.accepts(list(60, (i) => i).reduce<JsonObject>((inner) => ({ left: inner, next: null }), {}))).toBe(
      true,
    );
  });
});

describe('a reference', () => {
  it.each<[string, JsonObject]>([
    ['by pointer', { properties: { a: { $ref: '#/$defs/x~1y%25' } }, $defs: { 'x/y%': { type: 'integer' } } }],
    ['by anchor', { properties: { a: { $ref: '#n' } }, $defs: { x: { $anchor: 'n', type: 'integer' } } }],
    [
      'by dynamic anchor',
      { properties: { a: { $dynamicRef: '#n' } }, $defs: { x: { $dynamicAnchor: 'n', type: 'integer' } } },
    ],
    ['by id', { $id: 'http://x/a', properties: { a: { $ref: 'b' } }, $defs: { x: { $id: '/b', type: 'integer' } } }],
    [
      'within an id',
      { properties: { a: { $ref: '/b#/$defs/y' } }, $defs: { x: { $id: '/b', $defs: { y: { type: 'integer' } } } } },
    ],
    ['by urn', { $id: 'urn:a:b', properties: { a: { $ref: 'urn:a:b#/$defs/x' } }, $defs: { x: { type: 'integer' } } }],
    [
      'by $id as an anchor',
      { $schema: DRAFT_07, properties: { a: { $ref: '#n' } }, definitions: { x: { $id: '#n', type: 'integer' } } },
    ],
    ['beside a keyword', { properties: { a: { type: 'number', $ref: '#/properties/b' }, b: { type: 'integer' } } }],
  ])('%s finds its schema', (_, schema) => {
    const compiled = compileSchema(schema, limits);
    expect(compiled.accepts({ a: 1 })).toBe(true);
    expect(compiled.accepts({ a: 'one' })).toBe(false);
  });

  it('replaces its sibling keywords in draft-07, but not in 2020-12', () => {
    const schema = {
      properties: { a: { $ref: '#/definitions/x', minimum: 5 } },
      definitions: { x: { type: 'integer' } },
    };
    expect(compileSchema({ ...schema, $schema: DRAFT_07 }, limits).accepts({ a: 1 })).toBe(true);
    expect(compileSchema({ ...schema, $schema: DRAFT_2020 }, limits).accepts({ a: 1 })).toBe(false);
  });

  it('refers to its own document even if another schema has the same $id', () => {
    const [text, number] = ['string', 'number'].map((type) =>
      compileSchema({ $id: 'http://x/y', properties: { a: { $ref: '#/$defs/a' } }, $defs: { a: { type } } }, limits),
    );
    expect([text?.accepts({ a: 'a' }), number?.accepts({ a: 'a' })]).toEqual([true, false]);
  });
});

describe('compileSchema treats as an annotation', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['a keyword of no dialect', { properties: { a: { minLenght: 9, markdownDescription: '**a**' } } }, { a: 'x' }],
    ['a keyword of the other dialect', { $schema: DRAFT_07, dependentRequired: { a: ['b'] } }, { a: 1 }],
    ['a keyword that every object inherits', { constructor: {}, toString: 1, valueOf: [] }, { a: 1 }],
    ['a keyword of ajv', { $async: true, nullable: 5, discriminator: { propertyName: 1 } }, { a: 1 }],
    ['a keyword with an object that is not a schema', { enumDescriptions: { type: 5, $ref: 'x:y' } }, { a: 1 }],
    ['an unknown format', { properties: { a: { format: 'emial' } } }, { a: 'x' }],
    ['a format of no string', { properties: { a: { format: 'constructor' } } }, { a: 'x' }],
  ])('%s', (_what, schema, document) => {
    expect(compileSchema(schema, limits).accepts(document)).toBe(true);
  });
});

it('resolves references into unknown keywords, and checks the schemas there', () => {
  const schema = {
    properties: { a: { $ref: '#/types/size' } },
    types: { size: { $ref: '#/types/n' }, n: { minimum: 2 } },
  };
  const compiled = compileSchema(schema, limits);
  expect([compiled.accepts({ a: 2 }), compiled.accepts({ a: 1 })]).toEqual([true, false]);
  expect(refusal({ $ref: '#/types/a', types: { a: { $ref: '#/types/b' }, b: { $ref: '#/types/a' } } })).not.toBeNull();
  expect(refusal({ $ref: '#/types/a', types: { a: { pattern: '(' } } })?.extras.errors?.[0]?.pointer).toBe(
    '/types/a/pattern',
  );
});

it('reads the URI of draft-07 with https', () => {
  const schema = { $schema: DRAFT_07.replace('http', 'https'), properties: { a: { items: [{ type: 'string' }] } } };
  expect(compileSchema(schema, limits).accepts({ a: [1] })).toBe(false);
});

it('accepts annotations and custom keywords', () => {
  const words = { title: 't', description: 'd', examples: [1], default: {}, deprecated: true, readOnly: true };
  const more = { $comment: 'c', contentMediaType: 'a/b', contentEncoding: 'base64', 'x-haven-ref': 'directors' };
  expect(compileSchema({ ...words, properties: { a: { ...words, ...more } } }, limits).accepts({ a: 1 })).toBe(true);
});

it('compiles the widest schemas that the limits allow', () => {
  const properties = numbered(1_500, () => ({ type: 'string', minLength: 1 }));
  const compiled = compileSchema(
    { properties, additionalProperties: false, allOf: list(150, () => ({ minProperties: 1 })) },
    limits,
  );
  expect(compiled.accepts(numbered(1_500, () => 'x'))).toBe(true);
  expect(compiled.accepts({ p1499: '' })).toBe(false);
  expect(compiled.accepts({ p1500: 'x' })).toBe(false);
});

it('validates every position of a long tuple', () => {
  const prefixItems = list(250, (i) => ({ const: i }));
  const tuple = compileSchema({ properties: { a: { prefixItems, items: false, uniqueItems: true } } }, limits);
  expect(tuple.accepts({ a: list(250, (i) => i) })).toBe(true);
  expect(tuple.accepts({ a: list(250, (i) => (i === 200 ? 0 : i)) })).toBe(false);
  expect(tuple.accepts({ a: list(251, (i) => i) })).toBe(false);
  expect(tuple.accepts({ a: [0] })).toBe(true);
});

function refusal(schema: JsonValue): HavenError | null {
  try {
    compileSchema(schema, limits);
    return null;
  } catch (error) {
    if (error instanceof HavenError) return error;
    throw error;
  }
}

function list<T>(length: number, make: (index: number) => T): T[] {
  return Array.from({ length }, (_, index) => make(index));
}

function numbered<T>(count: number, make: (index: number) => T): Record<string, T> {
  return Object.fromEntries(list(count, (index) => [`p${index}`, make(index)]));
}

function nested(depth: number): JsonObject {
  return list(depth, (i) => i).reduce<JsonObject>((inner) => ({ not: inner }), {});
}

function chain(length: number): JsonObject {
  const $defs = numbered(length, (i) => ({ properties: { x: { $ref: `#/$defs/p${i + 1}` } } }));
  return { $ref: '#/$defs/p0', $defs: { ...$defs, [`p${length}`]: {} } };
}

function anything(): JsonObject {
  const value = { $ref: '#/$defs/v' };
  return {
    anyOf: [{ type: ['string', 'number', 'null'] }, { type: 'array', items: value }, { additionalProperties: value }],
  };
}
