import { describe, expect, it } from 'vitest';

import { detailSentence, HavenError } from '@haven/kernel';
import type { ErrorDetail, JsonObject, JsonValue } from '@haven/kernel';

import { compileSchema } from './compile-schema.js';

const limits = { bytes: 65_536, depth: 32, nodes: 2_000, cost: 10_000 };
const DRAFT_07 = 'http://json-schema.org/draft-07/schema#';

describe('data', () => {
  it.each<[string, JsonObject, JsonObject[], JsonObject[]]>([
    [
      'type',
      { properties: { a: { type: ['integer', 'null'] } } },
      [{ a: 1 }, { a: null }, {}],
      [{ a: 1.5 }, { a: '1' }],
    ],
    ['required', { required: ['a'] }, [{ a: null }], [{}]],
    [
      'enum',
      { properties: { a: { enum: [1, 'a', { b: [1] }] } } },
      [{ a: 1 }, { a: { b: [1] } }],
      [{ a: '1' }, { a: { b: [2] } }],
    ],
    ['const', { properties: { a: { const: { x: 1, y: 2 } } } }, [{ a: { y: 2, x: 1 } }], [{ a: { x: 1 } }, { a: 1 }]],
    [
      'multipleOf',
      { properties: { a: { multipleOf: 0.01 } } },
      [{ a: 19.99 }, { a: 1e10 }, { a: 'x' }],
      [{ a: 19.995 }],
    ],
    ['pattern', { properties: { a: { pattern: 'b+c' } } }, [{ a: 'abbcd' }, { a: 1 }], [{ a: 'abd' }]],
    ['format', { properties: { a: { format: 'date' } } }, [{ a: '2024-02-29' }, { a: 1 }], [{ a: '2023-02-29' }]],
    [
      'patternProperties',
      { patternProperties: { '^x-': { type: 'string' } }, additionalProperties: false },
      [{ 'x-a': '' }],
      [{ 'x-a': 1 }, { a: '' }],
    ],
    ['propertyNames', { propertyNames: { maxLength: 3 } }, [{ abc: 1 }, {}], [{ abcd: 1 }]],
    ['dependentRequired', { dependentRequired: { a: ['b'] } }, [{ a: 1, b: 1 }, { b: 1 }], [{ a: 1 }]],
    [
      'dependentSchemas',
      { dependentSchemas: { a: { maxProperties: 1 } } },
      [{ a: 1 }, { b: 1, c: 1 }],
      [{ a: 1, b: 1 }],
    ],
    [
      'if',
      { if: { required: ['a'] }, then: { required: ['b'] }, else: { required: ['c'] } },
      [{ a: 1, b: 1 }, { c: 1 }],
      [{ a: 1 }, {}],
    ],
    ['not', { not: { required: ['a'] } }, [{}], [{ a: 1 }]],
    ['oneOf', { oneOf: [{ required: ['a'] }, { required: ['b'] }] }, [{ a: 1 }], [{}, { a: 1, b: 1 }]],
    [
      'prefixItems',
      { properties: { a: { prefixItems: [{ type: 'string' }], items: { type: 'number' } } } },
      [{ a: ['x', 1] }, { a: [] }],
      [{ a: [1] }, { a: ['x', 'y'] }],
    ],
    [
      'items as a list',
      { $schema: DRAFT_07, properties: { a: { items: [{ type: 'string' }], additionalItems: false } } },
      [{ a: ['x'] }],
      [{ a: [1] }, { a: ['x', 1] }],
    ],
    [
      'contains',
      { properties: { a: { contains: { type: 'number' }, minContains: 2, maxContains: 3 } } },
      [{ a: [1, 'x', 2] }],
      [{ a: [1] }, { a: [1, 2, 3, 4] }, { a: [] }],
    ],
    [
      'contains, one array after another',
      { additionalProperties: { contains: { type: 'number' } } },
      [{ a: [1], b: [2] }],
      [{ a: [1], b: [] }],
    ],
    [
      'uniqueItems after a longer tuple',
      { properties: { a: { prefixItems: [{}, {}, { type: 'null' }], uniqueItems: true } } },
      [{ a: [1, 2] }],
      [{ a: [1, 1] }],
    ],
    [
      'uniqueItems',
      { properties: { a: { uniqueItems: true } } },
      [{ a: [1, '1', true, [1], { a: 1 }, null] }],
      [
        { a: [1, 1] },
        {
          a: [
            { a: 1, b: 2 },
            { b: 2, a: 1 },
          ],
        },
        { a: [[1], [1]] },
      ],
    ],
    [
      'dependencies',
      { $schema: DRAFT_07, dependencies: { a: ['b'], c: { required: ['d'] } } },
      [
        { a: 1, b: 1 },
        { c: 1, d: 1 },
      ],
      [{ a: 1 }, { c: 1 }],
    ],
    [
      'unevaluatedProperties',
      { allOf: [{ properties: { a: {} } }], unevaluatedProperties: false },
      [{ a: 1 }],
      [{ b: 1 }],
    ],
    [
      'unevaluatedProperties after if',
      { if: { properties: { a: { const: 1 } }, required: ['a'] }, unevaluatedProperties: false },
      [{ a: 1 }],
      [{ a: 2 }],
    ],
    [
      'unevaluatedProperties after a dependency',
      { properties: { a: {} }, dependentSchemas: { b: { properties: { b: {} } } }, unevaluatedProperties: false },
      [{ a: 1 }, { b: 1 }],
      [{ c: 1 }],
    ],
    [
      'unevaluatedItems',
      { properties: { a: { anyOf: [{ prefixItems: [{ const: 1 }] }, true], unevaluatedItems: false } } },
      [{ a: [1] }],
      [{ a: [2] }, { a: [1, 2] }],
    ],
    [
      'a member with the name of an inherited property',
      { required: ['constructor'], properties: { toString: { type: 'string' } } },
      [{ constructor: 1 }],
      [{}, { constructor: 1, toString: 1 }],
    ],
    [
      'an unevaluated constructor',
      { anyOf: [{ patternProperties: { '^a': {} } }], unevaluatedProperties: false },
      [{ a: 1 }],
      [{ constructor: 1 }, { valueOf: 1 }],
    ],
    [
      'an enum of objects with a valueOf',
      { properties: { a: { enum: [{ valueOf: 1 }, { toString: 2 }] } } },
      [{ a: { valueOf: 1 } }],
      [{ a: { valueOf: 2 } }, { a: {} }],
    ],
    ['a dependent toString', { dependentRequired: { toString: ['a'] } }, [{}], [{ toString: 1 }]],
  ])('is checked by %s', (_, schema, valid, invalid) => {
    const compiled = compileSchema(schema, limits);
    for (const data of valid) expect(compiled.accepts(data), JSON.stringify(data)).toBe(true);
    for (const data of invalid) expect(compiled.accepts(data), JSON.stringify(data)).toBe(false);
    for (const data of valid) expect(faultsOf(schema, data)).toEqual([]);
    for (const data of invalid) expect(faultsOf(schema, data)).not.toEqual([]);
  });

  it('is never modified', () => {
    const schema = compileSchema(
      { properties: { a: { type: 'integer', default: 1 }, b: { type: 'string' } }, additionalProperties: false },
      limits,
    );
    const data = Object.freeze({ b: '1', c: 1 });
    expect(schema.accepts(data)).toBe(false);
    expect(data).toEqual({ b: '1', c: 1 });
  });
});

describe('a violation', () => {
  it.each<[JsonObject, JsonObject, string, string, string]>([
    [{ required: ['a/b'] }, {}, 'REQUIRED', '/data/a~1b', 'is required.'],
    [{ properties: { y: { minimum: 1888 } } }, { y: 1 }, 'MINIMUM', '/data/y', 'must be >= 1888.'],
    [
      { additionalProperties: false },
      { 'a~': 1 },
      'ADDITIONAL_PROPERTIES',
      '/data/a~0',
      'is not allowed by the schema.',
    ],
    [{ unevaluatedProperties: false }, { a: 1 }, 'UNEVALUATED_PROPERTIES', '/data/a', 'is not allowed by the schema.'],
    [{ properties: { a: false } }, { a: 1 }, 'FALSE_SCHEMA', '/data/a', 'is not allowed by the schema.'],
    [{ properties: { a: { enum: ['x', 1] } } }, { a: 2 }, 'ENUM', '/data/a', 'must be one of "x",1.'],
    [{ properties: { a: { const: 'x' } } }, { a: 2 }, 'CONST', '/data/a', 'must be "x".'],
    [{ properties: { a: { format: 'email' } } }, { a: 'x' }, 'FORMAT', '/data/a', 'must match format "email".'],
    [
      { properties: { a: { uniqueItems: true } } },
      { a: [1, 1] },
      'UNIQUE_ITEMS',
      '/data/a',
      'must not have two equal items.',
    ],
    [{ properties: { a: { multipleOf: 0.1 } } }, { a: 0.25 }, 'MULTIPLE_OF', '/data/a', 'must be multiple of 0.1.'],
    [
      { properties: { a: { prefixItems: [{}], items: false } } },
      { a: [1, 2] },
      'ITEMS',
      '/data/a/1',
      'is not allowed by the schema.',
    ],
    [
      { dependentRequired: { a: ['b'] } },
      { a: 1 },
      'DEPENDENT_REQUIRED',
      '/data/b',
      'is required when "a" is present.',
    ],
    [{ propertyNames: { maxLength: 1 } }, { ab: 1 }, 'MAX_LENGTH', '/data/ab', 'must not have more than 1 characters.'],
  ])('of %j by %j has a code, a pointer and a detail', (schema, data, code, pointer, detail) => {
    expect(faultsOf(schema, data)[0]).toEqual({ code, detail: detailSentence(pointer, detail), pointer });
  });

  it('lists every error of a small document, always in the same order', () => {
    const schema = {
      required: ['a', 'b'],
      properties: { c: { type: 'string', $ref: '#/$defs/n' } },
      $defs: { n: { enum: ['x'] } },
    };
    const places = faultsOf(schema, { c: 1 }).map(({ pointer, code }) => `${pointer} ${code}`);
    expect(places.toSorted()).toEqual(['/data/a REQUIRED', '/data/b REQUIRED', '/data/c ENUM', '/data/c TYPE']);
    expect(faultsOf(schema, { c: 1 })).toEqual(faultsOf(schema, { c: 1 }));
  });

  it('lists at most a hundred errors, and one in a large document', () => {
    const schema = { properties: { a: { items: { type: 'string' } } } };
    expect(faultsOf(schema, { a: Array.from({ length: 500 }, () => 1) })).toHaveLength(100);
    expect(faultsOf(schema, { a: Array.from({ length: 200_000 }, () => 1) })).toHaveLength(1);
  });

  it('truncates long values', () => {
    const fault = faultsOf(
      { properties: { a: { enum: ['x'.repeat(5_000)], maxLength: 1 } } },
      { a: 'y'.repeat(5_000) },
    );
    for (const { detail } of fault) expect(detail.length).toBeLessThan(210);
  });
});

describe('the work', () => {
  const long = Array.from({ length: 50_000 }, (_, i): JsonValue => ({ i, text: `item ${i}` }));

  it.each<[string, JsonObject, JsonObject]>([
    ['uniqueItems of 50,000 objects', { properties: { a: { uniqueItems: true } } }, { a: long }],
    [
      'enum of 3,000 names',
      { properties: { a: { items: { enum: Array.from({ length: 3_000 }, (_, i) => `e${i}`) } } } },
      { a: long.map((_, i) => `e${i % 3_000}`) },
    ],
    [
      'contains whose last item matches',
      { properties: { a: { contains: { $ref: '#/$defs/s' } } }, $defs: { s: { type: 'string' } } },
      { a: [...long, 'x'] },
    ],
  ])('for %s is linear', (_, schema, data) => {
    const compiled = compileSchema(schema, limits);
    expect(compiled.accepts(data)).toBe(true);
  });

  it.each<[string, JsonObject, JsonObject]>([
    [
      'many keywords for many items',
      {
        properties: {
          a: {
            items: { properties: Object.fromEntries(long.slice(0, 1_900).map((_, i) => [`p${i}`, { type: 'null' }])) },
          },
        },
      },
      { a: long },
    ],
    [
      'a slow pattern for a long text',
      { properties: { a: { pattern: '(a|b)*a(a|b){100}$' } } },
      { a: 'ab'.repeat(500_000) },
    ],
    [
      'uniqueItems checked a hundred times',
      { properties: { a: { allOf: Array.from({ length: 100 }, () => ({ uniqueItems: true })) } } },
      { a: long },
    ],
  ])('for %s is limited', (_, schema, data) => {
    const compiled = compileSchema(schema, limits);
    expect(compiled.accepts(data)).toBe(false);
    expect(() => compiled.validate(data)).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  });

  it('that would overflow the stack is refused', () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 190 }, (_, i) => [`d${i}`, { $ref: `#/$defs/d${i + 1}`, minProperties: 0 }]),
    );
    const schema = compileSchema(
      { $ref: '#/$defs/d0', $defs: { ...$defs, d190: { properties: { a: { $ref: '#' } } } } },
      limits,
    );
    const data = Array.from({ length: 60 }).reduce<JsonObject>((inner) => ({ a: inner }), {});
    expect(schema.accepts(data)).toBe(false);
    expect(() => schema.validate(data)).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  });
});

function faultsOf(schema: JsonObject, data: JsonObject): ErrorDetail[] {
  try {
    compileSchema(schema, limits).validate(data);
    return [];
  } catch (error) {
    if (error instanceof HavenError && error.code === 'SCHEMA_VIOLATION') return error.extras.errors ?? [];
    throw error;
  }
}
