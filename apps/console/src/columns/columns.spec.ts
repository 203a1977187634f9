import { describe, expect, it } from 'vitest';

import type { CollectionView } from '../api/types.js';
import { columnsOf } from './collection-columns.js';
import { hiddenColumns } from './columns.js';
import { columnOfCell } from './sample-columns.js';

const collection = (schema: CollectionView['schema'], references: object[] = []): CollectionView =>
  ({ schema, references }) as unknown as CollectionView; // the columns depend on these members only

const typesOf = (view: CollectionView, sample: object[] = []) =>
  Object.fromEntries(
    columnsOf(
      view,
      sample.map((data) => ({ data: { ...data } })),
    )
      .filter(({ names }) => names.length > 0)
      .map(({ path, type }) => [path, type]),
  );

describe('columnsOf', () => {
  it('takes the types of the schema', () => {
    const schema = {
      $defs: { name: { type: 'string' } },
      properties: {
        title: { $ref: '#/$defs/name' },
        year: { type: ['integer', 'null'] },
        premiere: { type: 'string', format: 'date-time' },
        released: { type: 'string', format: 'date' },
        seen: { type: 'boolean' },
        genre: { enum: ['drama', 'comedy', null] },
        tags: { type: 'array' },
        studio: { type: 'object', properties: { name: { type: 'string' }, at: { properties: { city: {} } } } },
        director: { type: 'string' },
        'a.b': {},
      },
    };
    expect(typesOf(collection(schema, [{ path: 'director', collection: 'people' }]))).toEqual({
      title: 'text',
      year: 'number',
      premiere: 'dateTime',
      released: 'date',
      seen: 'boolean',
      genre: 'choice',
      tags: 'json',
      'studio.name': 'text',
      'studio.at.city': 'any',
      director: 'reference',
      [String.raw`a\.b`]: 'any',
    });
  });

  it('ends with a schema that contains itself', () => {
    const schema = { properties: { title: {}, child: { $ref: '#' } }, allOf: [{ $ref: '#' }] };
    expect(Object.keys(typesOf(collection(schema)))).toContain('child.child.title');
  });

  it('infers what the schema does not have from a sample', () => {
    const schema = { properties: { title: { type: 'string' }, studio: { type: 'object' } } };
    const sample = [
      { title: 1, year: 1979, studio: { name: 'A' }, mixed: 1, at: { city: 'Oslo' } },
      { year: null, mixed: 'x', at: null, list: [1], seen: true },
    ];
    expect(typesOf(collection(schema), sample)).toEqual({
      title: 'text',
      studio: 'json',
      year: 'number',
      mixed: 'any',
      'at.city': 'text',
      list: 'json',
      seen: 'boolean',
    });
  });

  it('says which members the schema requires, and whether a boolean may be null', () => {
    const schema = {
      required: ['title'],
      properties: { title: {}, seen: { type: 'boolean' }, sold: { type: ['boolean', 'null'] } },
      allOf: [{ properties: { year: {} }, required: ['year'] }],
    };
    const columns = columnsOf(collection(schema), []).filter(({ names }) => names.length > 0);
    expect(columns.filter(({ isRequired }) => isRequired).map(({ path }) => path)).toEqual(['year', 'title']);
    expect(columns.flatMap(({ choices }) => (choices ? [choices] : []))).toEqual([
      [true, false],
      [true, false, null],
    ]);
  });

  it('keeps an object with many different members in one column', () => {
    const wide = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`m${index}`, index]));
    expect(typesOf(collection(null), [{ wide }])).toEqual({ wide: 'json' });
  });
});

describe('columnOfCell', () => {
  const column = { path: 'a', names: ['a'], label: 'a', type: 'text', isDeclared: false } as const;

  it.each([
    [12, 'number'],
    ['12', 'text'],
    [true, 'boolean'],
    [{ b: 1 }, 'json'],
  ])('takes the type of %j, which no schema declares', (value, type) => {
    for (const guess of ['text', 'number', 'any'] as const)
      expect(columnOfCell({ ...column, type: guess }, value)).toMatchObject({ type, isDeclared: true });
    expect(columnOfCell({ ...column, type: 'any', isDeclared: true }, value)).toMatchObject({ type });
  });

  it('keeps the type of the schema, and the guess for an empty cell', () => {
    expect(columnOfCell({ ...column, isDeclared: true }, 12)).toMatchObject({ type: 'text' });
    for (const value of [null, undefined]) expect(columnOfCell(column, value)).toBe(column);
  });
});

it('hides all but the first columns', () => {
  const properties = Object.fromEntries(Array.from({ length: 15 }, (_, index) => [`m${index}`, {}]));
  expect(hiddenColumns(columnsOf(collection({ properties }), []))).toEqual([
    'm12',
    'm13',
    'm14',
    '$version',
    '$createdAt',
  ]);
});
