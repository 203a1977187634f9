import { expect, test } from 'vitest';

import { formSchema, proposeSchema } from './propose-schema.js';

test('proposes a schema that the documents satisfy', () => {
  const documents = [
    { title: 'Heat', year: 1995, rating: 8, seen: '2020-01-31', tags: ['a'], studio: { name: 'X' }, note: null },
    { title: 'Alien', year: 1979, rating: 8.5, seen: '2020-02-01', tags: [], studio: { name: 'Y', city: 'Z' } },
  ];
  expect(proposeSchema(documents)).toEqual({
    type: 'object',
    required: ['title', 'year', 'rating', 'seen', 'tags', 'studio'],
    properties: {
      title: { type: 'string' },
      year: { type: 'integer' },
      rating: { type: 'number' },
      seen: { type: 'string', format: 'date' },
      tags: { type: 'array', items: { type: 'string' } },
      studio: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string' }, city: { type: 'string' } },
      },
      note: {},
    },
  });
});

test('values of several types, and null, are allowed', () => {
  const { properties } = proposeSchema([
    { a: 1, b: null },
    { a: 'x', b: true },
  ]);
  expect(properties).toEqual({ a: { type: ['integer', 'string'] }, b: { type: ['boolean', 'null'] } });
});

test('a form requires no member, and takes any number', () => {
  const documents = [
    { title: 'Heat', year: 1995, studio: { name: 'X', id: null } },
    { year: 'unknown', tags: [1] },
  ];
  expect(formSchema([...documents, { studio: { name: 'Y', id: 2 } }])).toEqual({
    type: 'object',
    properties: {
      title: { type: 'string' },
      year: { type: ['number', 'string'] },
      studio: { type: 'object', properties: { name: { type: 'string' }, id: { type: ['number', 'null'] } } },
      tags: { type: 'array', items: { type: 'number' } },
    },
  });
});
