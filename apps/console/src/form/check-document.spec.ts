import { expect, test } from 'vitest';

import { checkDocument } from './check-document.js';

const schema = {
  type: 'object',
  required: ['title', 'state'],
  additionalProperties: false,
  properties: {
    title: { type: 'string', minLength: 2 },
    state: { enum: ['open', 'done'], 'x-haven-default': 'open' },
    studio: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
    note: { anyOf: [{ type: 'string' }, { type: 'null' }] },
  },
};

test('accepts a valid document, and one whose defaults the server sets', () => {
  expect(checkDocument(schema, { title: 'Alien' })).toEqual([]);
  expect(checkDocument(null, { a: 1 })).toEqual([]);
});

test('names each invalid place once', () => {
  const document = { title: 'A', state: 'late', studio: {}, note: 1, other: 1 };
  expect(checkDocument(schema, document).map(({ pointer }) => pointer)).toEqual([
    ...['/title', '/state', '/studio/name', '/note', '/other'],
  ]);
});

test('leaves a schema that it does not support to the server', () => {
  expect(checkDocument({ $ref: '#/nowhere' }, {})).toEqual([]);
});
