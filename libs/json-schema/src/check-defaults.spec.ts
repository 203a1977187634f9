import { expect, it } from 'vitest';

import { HavenError } from '@haven/kernel';

import { checkDefaults } from './check-defaults.js';

function faultOf(schema: object, text = JSON.stringify(schema)): [pointer: string, detail: string] | null {
  try {
    checkDefaults(JSON.parse(JSON.stringify(schema)), text);
    return null;
  } catch (error) {
    if (!(error instanceof HavenError) || error.code !== 'SCHEMA_INVALID') throw error;
    const [{ pointer, detail } = { pointer: '', detail: '' }] = error.extras.errors ?? [];
    return [pointer, detail];
  }
}
const one = (value: unknown) => ({ 'x-haven-default': value });
const member = (schema: object) => faultOf({ properties: { a: schema } });
const AT_A = '/properties/a/x-haven-default';

it.each([
  ['a number', { type: 'number', ...one(1.5) }],
  ['a string', { enum: ['new', 'done'], ...one('new') }],
  ['null', { type: ['string', 'null'], ...one(null) }],
  ['the time', { type: 'string', format: 'date-time', ...one('$now') }],
  ['an id', { type: 'string', format: 'uuid', ...one('$uuid') }],
  ['the caller', { type: 'string', pattern: '^token:', ...one('$principal') }],
  ['a string with a dollar sign inside', one('US$')],
  ['an object whose members have defaults', { required: ['b'], properties: { b: one(1) }, ...one({}) }],
  ['nested members', { properties: { b: { properties: { 'c/d~': one(1) } } } }],
  ['an unknown keyword with the same text', { 'x-note': 'x-haven-default' }],
  ['data that looks like it', { const: one('$x'), default: one('$x'), examples: [one('$x')] }],
  ['members with the name', { properties: { 'x-haven-default': { type: 'string' }, properties: one(1) } }],
])('accepts %s', (_, schema) => {
  expect(member(schema)).toBeNull();
});

it.each([
  ['the root', { ...one({}) }, '/x-haven-default'],
  ['items', { properties: { a: { items: one(1) } } }, '/properties/a/items/x-haven-default'],
  [
    'a member of items',
    { properties: { a: { items: { properties: { b: one(1) } } } } },
    '/properties/a/items/properties/b/x-haven-default',
  ],
  ['prefixItems', { properties: { a: { prefixItems: [one(1)] } } }, '/properties/a/prefixItems/0/x-haven-default'],
  ['allOf', { allOf: [{ properties: { a: one(1) } }] }, '/allOf/0/properties/a/x-haven-default'],
  ['then', { if: true, then: { properties: { a: one(1) } } }, '/then/properties/a/x-haven-default'],
  ['patternProperties', { patternProperties: { '^a': one(1) } }, '/patternProperties/^a/x-haven-default'],
  ['additionalProperties', { additionalProperties: one(1) }, '/additionalProperties/x-haven-default'],
  ['$defs', { $defs: { 'a/b': one(1) } }, '/$defs/a~1b/x-haven-default'],
  [
    'a definition of draft 7',
    { $schema: 'http://json-schema.org/draft-07/schema#', definitions: { a: one(1) } },
    '/definitions/a/x-haven-default',
  ],
  [
    'a schema in an unknown keyword',
    { 'x-types': { t: one(1) }, properties: { a: { $ref: '#/x-types/t' } } },
    '/x-types/t/x-haven-default',
  ],
])('refuses a default at %s', (_, schema, pointer) => {
  expect(faultOf(schema)).toEqual([pointer, expect.stringContaining('must stand on a member of `properties`')]);
});

it.each([
  ['another type', { type: 'integer', ...one('a') }, AT_A, '`x-haven-default` must be integer.'],
  ['another value', { enum: [1, 2], ...one(3) }, AT_A, 'must be one of 1,2'],
  ['a missing member', { required: ['b'], ...one({}) }, `${AT_A}/b`, '`b` is required.'],
  ['a wrong member', { properties: { b: { type: 'string' } }, ...one({ b: 1 }) }, `${AT_A}/b`, '`b` must be string.'],
  [
    'a wrong default inside',
    { properties: { b: { minLength: 3, ...one('x') } }, ...one({}) },
    `${AT_A}/b`,
    '`b` must NOT'.replace('NOT', 'not'),
  ],
  ['null', { type: 'string', ...one(null) }, AT_A, 'must be string'],
  [
    'a time for a date',
    { type: 'string', format: 'date', ...one('$now') },
    AT_A,
    '$now becomes "2026-01-01T00:00:00.000Z"',
  ],
  ['a time for a number', { type: 'integer', ...one('$now') }, AT_A, 'must allow one'],
  ['a caller for an object', { type: 'object', ...one('$principal') }, AT_A, 'must allow one'],
  ['a long id', { maxLength: 10, ...one('$uuid') }, AT_A, '$uuid becomes'],
  ['an unknown generated value', one('$user'), AT_A, 'must be a literal, "$now", "$uuid" or "$principal"'],
  [
    'a generated value in a literal',
    one({ at: ['$now'] }),
    `${AT_A}/at/0`,
    'give the member inside a default of its own',
  ],
])('refuses %s', (_, schema, pointer, detail) => {
  expect(member(schema)).toEqual([pointer, expect.stringContaining(detail)]);
});

it('checks a default by the definitions to which its schema refers, in both dialects', () => {
  const a = { $ref: '#/$defs/size', ...one('huge') };
  const $defs = { size: { enum: ['small', 'large'] } };
  expect(faultOf({ properties: { a }, $defs })).toEqual([AT_A, expect.stringContaining('must be one of')]);
  const $schema = 'http://json-schema.org/draft-07/schema#';
  expect(faultOf({ $schema, properties: { a }, $defs })).toEqual([AT_A, expect.stringContaining('must be one of')]);
});

it('refuses a number that cannot be stored exactly', () => {
  const text = '{"properties":{"a":{"x-haven-default":{"n":[9007199254740993]}}}}';
  expect(faultOf(JSON.parse(text), text)).toEqual([AT_A, expect.stringContaining('cannot be stored exactly')]);
});

it('checks many defaults, and one in a large schema', () => {
  const properties = Object.fromEntries(
    Array.from({ length: 120 }, (_, n) => [`m${n}`, { type: 'integer', ...one(n) }]),
  );
  expect(faultOf({ properties })).toBeNull();
  const wrong = { ...properties, last: { type: 'integer', ...one('x') } };
  expect(faultOf({ properties: wrong })?.[0]).toBe('/properties/last/x-haven-default');
});
