import { describe, expect, it } from 'vitest';

import type { JsonObject } from '@haven/kernel';

import { compileSchema } from './compile-schema.js';
import type { PathStep } from './possible-members.js';

const limits = { bytes: 100_000, depth: 32, nodes: 1_000, cost: 100_000 };
const types = (schema: JsonObject, ...path: PathStep[]) => {
  const found = compileSchema(schema, limits).typesAt(path);
  return found && [...found].toSorted();
};

describe('the types that a schema allows at a path', () => {
  it.each([
    [{}, ['a'], null],
    [{ properties: { a: { type: 'string' } } }, ['a'], ['string']],
    [{ properties: { a: { type: ['integer', 'null'] } } }, ['a'], ['integer', 'null']],
    [{ properties: { a: { type: 'number' } } }, ['a'], ['integer', 'number']],
    [{ properties: { a: { properties: { b: { type: 'boolean' } } } } }, ['a', 'b'], ['boolean']],
    [{ properties: { a: { enum: [1, 'x'] } } }, ['a'], ['integer', 'number', 'string']],
    [{ properties: { a: { const: true } } }, ['a'], ['boolean']],
    [{ properties: { a: { $ref: '#/$defs/code' } }, $defs: { code: { type: 'integer' } } }, ['a'], ['integer']],
    [
      { allOf: [{ properties: { a: { type: 'number' } } }], properties: { a: { type: 'integer' } } },
      ['a'],
      ['integer'],
    ],
    [{ anyOf: [{ properties: { a: { type: 'number' } } }] }, ['a'], null],
    [{ properties: { a: { items: { type: 'boolean' } } } }, ['a', null], ['boolean']],
    [{ properties: { a: { items: { properties: { b: { const: 1 } } } } } }, ['a', null, 'b'], ['integer', 'number']],
    [{ properties: { a: { prefixItems: [{}], items: { type: 'boolean' } } } }, ['a', null], null],
  ])('%j at %j', (schema, path, expected) => {
    expect(types(schema as JsonObject, ...path)).toEqual(expected);
  });
});
