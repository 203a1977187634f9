import { expect, test } from 'vitest';

import { lintSchema } from './schema-lint.js';

const collections = new Set(['people']);

function problems(schema: unknown): [string, string][] {
  return lintSchema(schema, collections).map(({ pointer, message }) => [pointer, message]);
}

test('a valid schema has no problems, whatever its members and annotations are called', () => {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: ['object', 'null'],
    required: ['type'],
    properties: { type: { type: 'string', pattern: '^a' }, requird: true, 'x-unit': { 'x-unit': 'kg', minimum: 1.5 } },
    items: [{ enum: [1] }],
    'x-haven-ref': { collection: 'people', onDelete: 'setNull' },
  };
  expect(problems(schema)).toEqual([]);
});

test('values that a keyword does not take are errors', () => {
  const schema = { type: 'text', properties: { a: { minimum: '1', enum: [], pattern: '(' }, 'b/c': 3 }, minItems: -1 };
  expect(problems(schema).map(([pointer]) => pointer)).toEqual([
    '/type',
    '/properties/a/minimum',
    '/properties/a/enum',
    '/properties/a/pattern',
    '/properties/b~1c',
    '/minItems',
  ]);
});

test('keywords that are misspelled, and references that lead nowhere, are warnings', () => {
  const schema = { requird: [], maxlength: 3, 'x-haven-ref': { collection: 'cities' }, unit: 'kg', 'x-unique': true };
  expect(lintSchema(schema, collections).map(({ severity }) => severity)).toEqual(Array(4).fill('warning'));
  expect(problems({ requird: [] })).toEqual([['/requird', '`requird` has no effect. Did you mean `required`?']]);
});

test.each([[null], [[]], ['x']])('%j is not a schema', (schema) => {
  expect(problems(schema)).toHaveLength(1);
});
