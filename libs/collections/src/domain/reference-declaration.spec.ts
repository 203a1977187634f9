import { describe, expect, it } from 'vitest';

import { compileSchema } from '@haven/json-schema';
import type { JsonObject } from '@haven/kernel';

import { declaredReferences } from './reference-declaration.js';
import { referencesOf } from './reference.js';

// The tests write schemas as object literals.
const json = (schema: object) => schema as JsonObject;
const declared = (schema: object) => declaredReferences(json(schema), compileSchema(json(schema), LIMITS));
const LIMITS = { bytes: 1e6, depth: 64, nodes: 1e4, cost: 1e6 };
const reference = { collection: 'directors' };
const to = (collection: string, onDelete?: string) => ({
  type: ['string', 'null'],
  'x-haven-ref': { collection, ...(onDelete && { onDelete }) },
});
const movies = (properties: object) => ({ type: 'object', properties });
const wrong = (given: unknown, others: object = {}) => movies({ director: { 'x-haven-ref': given, ...others } });
const at = '/schema/properties/director/x-haven-ref';

describe('declaredReferences', () => {
  it('finds references in objects and on the items of arrays, with the rule that applies', () => {
    const schema = movies({
      director: to('directors'),
      cast: { type: 'array', items: to('actors', 'setNull') },
      'x-haven-ref': movies({ prequel: to('movies', 'cascade') }),
    });
    const found = [
      { path: ['director'], collection: 'directors', onDelete: 'restrict' },
      { path: ['cast'], collection: 'actors', onDelete: 'setNull' },
      { path: ['x-haven-ref', 'prequel'], collection: 'movies', onDelete: 'cascade' },
    ];
    expect(declared(schema)).toMatchObject(found);
    expect(referencesOf(json(schema))).toEqual(found);
  });

  it.each<[string, object, string]>([
    ['it is not an object', wrong('directors'), at],
    ['it names no collection', wrong({}), `${at}/collection`],
    ['its collection is no string', wrong({ collection: 7 }), `${at}/collection`],
    ['its rule is unknown', wrong({ ...reference, onDelete: 'ignore' }), `${at}/onDelete`],
    ['it has another member', wrong({ ...reference, 'on/delete': 'cascade' }), `${at}/on~1delete`],
    ['it is on a number', wrong(reference, { type: 'integer' }), at],
    ['it is on an array of numbers', wrong(reference, { type: 'array', items: { type: 'integer' } }), at],
    ['no record can have the member', { ...wrong(reference), allOf: [{ additionalProperties: false }] }, at],
    [
      'it is on the member and its items',
      wrong(reference, { items: { 'x-haven-ref': reference } }),
      '/schema/properties/director/items/x-haven-ref',
    ],
    [
      'its default is generated',
      wrong(reference, { 'x-haven-default': '$uuid' }),
      '/schema/properties/director/x-haven-default',
    ],
    ['it is on the root', { 'x-haven-ref': reference }, '/schema/x-haven-ref'],
    [
      'it is inside an array',
      movies({ cast: { items: movies({ actor: { 'x-haven-ref': reference } }) } }),
      '/schema/properties/cast/items/properties/actor/x-haven-ref',
    ],
    [
      'it is in an array of arrays',
      movies({ cast: { items: { items: { 'x-haven-ref': reference } } } }),
      '/schema/properties/cast/items/items/x-haven-ref',
    ],
    ['it is in a definition', { $defs: { id: { 'x-haven-ref': reference } } }, '/schema/$defs/id/x-haven-ref'],
    [
      'it is in a condition',
      { anyOf: [movies({ director: { 'x-haven-ref': reference } })] },
      '/schema/anyOf/0/properties/director/x-haven-ref',
    ],
    [
      'it is on a member with an empty name',
      movies({ '': { 'x-haven-ref': reference } }),
      '/schema/properties//x-haven-ref',
    ],
    [
      'the member is required and cannot be null',
      {
        ...movies({ director: { type: 'string', 'x-haven-ref': { ...reference, onDelete: 'setNull' } } }),
        required: ['director'],
      },
      `${at}/onDelete`,
    ],
    [
      'the member is required, even if it can be null',
      { ...movies({ director: to('directors', 'setNull') }), required: ['director'] },
      `${at}/onDelete`,
    ],
    [
      'the member is required elsewhere',
      {
        ...movies({ director: { 'x-haven-ref': { ...reference, onDelete: 'setNull' } } }),
        allOf: [{ required: ['director'] }],
      },
      `${at}/onDelete`,
    ],
  ])('refuses a schema if %s', (_, schema, pointer) => {
    expect(() => declared(schema)).toThrow(
      expect.objectContaining({ code: 'SCHEMA_INVALID', extras: { errors: [expect.objectContaining({ pointer })] } }),
    );
  });

  it.each<[string, object]>([
    [
      'setNull on a required array',
      { ...movies({ cast: { type: 'array', items: to('directors', 'setNull') } }), required: ['cast'] },
    ],
    ['a member that has the name of the keyword', movies({ 'x-haven-ref': { type: 'string' } })],
    ['a constant that has such a member', movies({ any: { const: { 'x-haven-ref': 7 } } })],
  ])('accepts %s', (_, schema) => {
    expect(declared(schema)).toHaveLength(JSON.stringify(schema).includes('"collection"') ? 1 : 0);
  });
});
