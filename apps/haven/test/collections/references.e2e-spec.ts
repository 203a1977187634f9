import { describe, expect, it, vi } from 'vitest';

import { startHaven } from '../support/haven.js';
import type { ApiResponse } from '../support/haven.js';

const haven = startHaven();

const create = (name: string, schema?: object, settings: object = {}) =>
  haven.rest('POST', '/collections', { name, ...(schema && { schema }), ...settings });
const change = (name: string, settings: object, query = '') =>
  haven.rest('PATCH', `/collections/${name}${query}`, settings);
const get = async (name: string, headers = {}) =>
  (await haven.rest('GET', `/collections/${name}`, undefined, headers)).body;
const stored = async (name: string) =>
  (
    await haven.sql(
      'SELECT declared_indexes AS declared, referrers FROM haven.collections WHERE tenant_id = $1 AND name = $2',
      [haven.tenant, name],
    )
  )[0];
const to = (collection: string, onDelete?: string) => ({
  type: ['string', 'null'],
  'x-haven-ref': { collection, ...(onDelete && { onDelete }) },
});
const movies = (properties: object, others: object = {}) => ({ type: 'object', properties, ...others });

function expectError({ status, body }: ApiResponse, code: string, at: number, pointer?: string): void {
  expect({ status, code: body.code }).toEqual({ status: at, code });
  if (pointer !== undefined) expect(body.errors[0].pointer).toBe(pointer);
}

describe('a reference', () => {
  it('is stored with its target, which gets a new revision', async () => {
    const directors = await create('directors', movies({ born: { type: 'integer', maximum: 9007199254740993 } }));
    const created = await create(
      'movies',
      movies({ director: to('directors'), cast: { type: 'array', items: to('directors', 'cascade') } }),
    );
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      indexes: [],
      references: [
        { path: 'director', collection: 'directors', onDelete: 'restrict', state: 'checking' },
        { path: 'cast', collection: 'directors', onDelete: 'cascade', state: 'checking' },
      ],
      referencedBy: [],
    });
    expect(await get('directors')).toMatchObject({
      revision: 2,
      schema: directors.body.schema,
      references: [],
      referencedBy: [
        { collection: 'movies', path: 'director', onDelete: 'restrict' },
        { collection: 'movies', path: 'cast', onDelete: 'cascade' },
      ],
    });
    const { body } = await haven.graphql(
      '{ collection(name: "movies") { references { path collection onDelete state } referencedBy { path } } }',
    );
    expect(body.data.collection.references).toHaveLength(2);
    await vi.waitFor(async () => expect((await get('movies')).references[1].state).toBe('ready'), 10_000);
  });
});

describe('a schema with a reference is refused', () => {
  const at = '/schema/properties/director/x-haven-ref';
  const wrong = (given: unknown, others: object = {}) => movies({ director: { 'x-haven-ref': given, ...others } });
  const reference = { collection: 'directors' };
  it.each<[string, object, string]>([
    ['it is not an object', wrong('directors'), at],
    ['it names no collection', wrong({}), `${at}/collection`],
    ['its collection is no string', wrong({ collection: 7 }), `${at}/collection`],
    ['its collection does not exist', wrong({ collection: 'actors' }), `${at}/collection`],
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
      'the member is required elsewhere',
      {
        ...movies({ director: { 'x-haven-ref': { ...reference, onDelete: 'setNull' } } }),
        allOf: [{ required: ['director'] }],
      },
      `${at}/onDelete`,
    ],
  ])('if %s', async (_, schema, pointer) => {
    await create('directors');
    expectError(await create('movies', schema), 'SCHEMA_INVALID', 422, pointer);
    await create('movies');
    expectError(await change('movies', { schema }), 'SCHEMA_INVALID', 422, pointer);
    expect(await stored('directors')).toMatchObject({ referrers: [] });
  });

  it.each<[string, object]>([
    [
      'setNull on a required member that can be null',
      { ...movies({ director: to('directors', 'setNull') }), required: ['director'] },
    ],
    [
      'setNull on a required array',
      { ...movies({ cast: { type: 'array', items: to('directors', 'setNull') } }), required: ['cast'] },
    ],
    ['a member that has the name of the keyword', movies({ 'x-haven-ref': { type: 'string' } })],
    ['a constant that has such a member', movies({ any: { const: { 'x-haven-ref': 7 } } })],
  ])('but not for %s', async (_, schema) => {
    await create('directors');
    expect((await create('movies', schema)).status).toBe(201);
  });
});
