import { expect, test } from 'vitest';

import { allowNull, forbidNull, isNullable, kindOf, withKind } from './member-kind.js';
import type { MemberKind } from './member-kind.js';

test.each<[unknown, MemberKind]>([
  [{ type: 'string' }, 'text'],
  [{ type: ['string', 'null'], format: 'date-time' }, 'dateTime'],
  [{ type: 'string', format: 'ipv4' }, 'text'],
  [{ enum: ['a', 'b', null] }, 'choice'],
  [{ enum: [1, 2] }, 'other'],
  [{ type: 'string', 'x-haven-ref': { collection: 'people' } }, 'reference'],
  [{ type: 'array', items: { type: 'string', 'x-haven-ref': { collection: 'people' } } }, 'references'],
  [{ type: 'array', items: { type: 'object', properties: {} } }, 'objects'],
  [{ type: 'array' }, 'other'],
  [{ type: ['string', 'integer'] }, 'other'],
  [{ $ref: '#/$defs/x' }, 'other'],
  [{ description: 'Anything' }, 'any'],
  [{ minimum: 3 }, 'other'],
  [true, 'any'],
  [false, 'other'],
])('%j is of the kind %s', (schema, kind) => {
  expect(kindOf(schema)).toBe(kind);
});

test('a new kind keeps the annotations, and that null is allowed', () => {
  const before = { type: ['string', 'null'], maxLength: 3, description: 'Year', 'x-haven-default': 'x' };
  expect(withKind(before, 'integer')).toEqual({ type: ['integer', 'null'], description: 'Year' });
});

test.each<MemberKind>(['text', 'choice', 'reference', 'objects'])('a member of the kind %s can be null', (kind) => {
  const schema = withKind({}, kind);
  expect(kindOf(schema)).toBe(kind);
  expect(isNullable(allowNull(schema))).toBe(true);
  expect(kindOf(allowNull(schema))).toBe(kind);
  expect(forbidNull(allowNull(schema))).toEqual(schema);
});
