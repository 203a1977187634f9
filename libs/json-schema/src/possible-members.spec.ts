import { describe, expect, it } from 'vitest';

import type { JsonObject } from '@haven/kernel';

import { compileSchema } from './compile-schema.js';

const LIMITS = { bytes: 65_536, depth: 32, nodes: 2_000, cost: 10_000 };
const DRAFT_07 = 'http://json-schema.org/draft-07/schema#';
const closed = (properties: JsonObject): JsonObject => ({ properties, additionalProperties: false });

function impossible(schema: JsonObject, path: string): string | null {
  return compileSchema(schema, LIMITS).impossibleMember(stepsOf(path))?.name ?? null;
}

const stepsOf = (path: string) => path.split('.').map((step) => (step === '[]' ? null : step));

describe('a member is impossible', () => {
  it.each<[string, JsonObject, string, string]>([
    ['if a closed schema does not name it', closed({ a: {} }), 'b', 'b'],
    ['if it is inside a closed object', { properties: { a: closed({ b: {} }) } }, 'a.c', 'c'],
    ['if it is inside a member that is not an object', closed({ a: { type: ['string', 'null'] } }), 'a.b', 'b'],
    ['if a part of allOf is closed', { allOf: [{}, closed({ a: {} })] }, 'b', 'b'],
    ['if a referenced schema is closed', { $ref: '#/$defs/x', $defs: { x: closed({ a: {} }) } }, 'b', 'b'],
    [
      'if a recursive schema is closed',
      { $defs: { n: closed({ n: { $ref: '#/$defs/n' } }) }, $ref: '#/$defs/n' },
      'n.n.m',
      'm',
    ],
    ['if elements are closed', { properties: { a: { items: closed({ b: {} }) } } }, 'a.[].c', 'c'],
    ['if elements are not objects', { properties: { a: { items: { type: 'string' } } } }, 'a.[].c', 'c'],
    [
      'if elements in elements are closed',
      { properties: { a: { items: { $ref: '#/$defs/x' } } }, $defs: { x: { items: closed({ b: {} }) } } },
      'a.[].[].c',
      'c',
    ],
    ['if it is named like a member of Object.prototype', closed({ a: {} }), 'constructor', 'constructor'],
  ])('%s', (_when, schema, path, name) => {
    expect(impossible(schema, path)).toBe(name);
  });
});

describe('a member may exist', () => {
  it.each<[string, JsonObject, string]>([
    ['if the schema names it', closed({ a: {}, createdAt: {} }), 'createdAt'],
    ['if the schema is open', { properties: { a: {} } }, 'b'],
    ['inside a member without a type', closed({ a: {} }), 'a.b'],
    ['inside a member that can be an object', closed({ a: { type: ['object', 'null'] } }), 'a.b'],
    ['if the schema has patterns', { ...closed({ a: {} }), patternProperties: { '^b': {} } }, 'c'],
    ['if other members have a schema', { properties: {}, additionalProperties: { type: 'string' } }, 'b'],
    ['if the elements name it', { properties: { a: { items: closed({ b: {} }) } } }, 'a.[].b'],
    [
      'if only some elements are closed',
      { properties: { a: { prefixItems: [closed({})], items: closed({}) } } },
      'a.[].b',
    ],
    [
      'if draft-07 has a schema for each element',
      { $schema: DRAFT_07, properties: { a: { items: [closed({})], additionalItems: closed({}) } } },
      'a.[].b',
    ],
    ['if the schema is closed only in one case', { anyOf: [closed({ a: {} }), closed({ b: {} })] }, 'c'],
    [
      'if draft-07 ignores the keywords beside $ref',
      { $schema: DRAFT_07, $ref: '#/definitions/x', definitions: { x: {} }, ...closed({ a: {} }) },
      'b',
    ],
  ])('%s', (_when, schema, path) => {
    expect(impossible(schema, path)).toBeNull();
  });
});
