import { expect, test } from 'vitest';

import { emptyValue, fieldSpec } from './field-kind.js';
import type { FieldKind } from './field-kind.js';

const address = { type: 'object', properties: { city: { type: 'string' } } };
const root = { $defs: { address, loop: { $ref: '#/$defs/loop' } } };

test.each<[kind: FieldKind, schema: unknown, value?: unknown]>([
  ['text', { type: 'string' }],
  ['date', { type: 'string', format: 'date' }, '2026-11-30'],
  ['dateTime', { type: 'string', format: 'date-time' }],
  ['number', { type: 'integer' }, 12],
  ['boolean', { type: 'boolean' }],
  ['choice', { enum: ['a', 'b'] }, 'a'],
  ['choice', { const: 1 }],
  ['reference', { type: 'string', 'x-haven-ref': { collection: 'people' } }],
  ['object', { $ref: '#/$defs/address' }],
  ['object', { properties: {} }],
  ['array', { type: 'array', items: { type: 'string' } }, ['x']],
  ['text', { anyOf: [{ type: 'string' }, { type: 'null' }] }],
  ['json', { anyOf: [{ type: 'string' }, { type: 'number' }] }],
  ['json', { type: ['string', 'number'] }],
  ['json', { $ref: '#/$defs/loop' }],
])('edits as %s by the schema %j', (kind, schema, value) => {
  expect(fieldSpec(schema, root, value).kind).toBe(kind);
});

test.each<[kind: FieldKind, value: unknown]>([
  ['text', 'a'],
  ['number', 1],
  ['boolean', false],
  ['object', { a: 1 }],
  ['array', ['a', 1]],
  ['json', [{ a: 1 }]],
  ['json', null],
])('edits as %s by the value %j if there is no schema', (kind, value) => {
  expect(fieldSpec(undefined, {}, value).kind).toBe(kind);
});

test.each([
  [{ type: 'integer' }, 'many'],
  [{ type: 'string', format: 'date' }, 'soon'],
  [{ enum: ['a'] }, 'b'],
  [{ type: 'array' }, Array.from({ length: 51 }, () => 1)],
  [{ type: 'string' }, null],
])('edits a value that no input of %j can show as JSON', (schema, value) => {
  expect(fieldSpec(schema, {}, value).kind).toBe('json');
});

test('takes null out of the types, and allows it', () => {
  expect(fieldSpec({ type: ['string', 'null'] }, {}, null)).toMatchObject({ kind: 'text', isNullable: true });
  expect(fieldSpec({ enum: ['a', null] }, {}, null)).toMatchObject({ kind: 'choice', isNullable: true });
});

test('begins values that the schema allows', () => {
  const empty = (schema: unknown) => emptyValue(fieldSpec(schema, root, undefined));
  expect([{ type: 'string' }, { type: 'number' }, { enum: ['a', 'b'] }, address, { type: 'array' }].map(empty)).toEqual(
    [...['', 0, 'a', {}, []]],
  );
});
