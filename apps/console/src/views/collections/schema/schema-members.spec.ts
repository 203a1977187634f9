import { expect, test } from 'vitest';

import { membersOf, withMembers } from './schema-members.js';

const schema = {
  type: 'object',
  required: ['b', 'elsewhere', 'a'],
  properties: { a: { type: 'string' }, b: true },
  additionalProperties: false,
};

test('members that do not change leave the schema as it is', () => {
  expect(JSON.stringify(withMembers(schema, membersOf(schema)))).toBe(JSON.stringify(schema));
});

test('a member that is renamed or removed is renamed or removed in `required` too', () => {
  const [a, b] = membersOf(schema);
  if (!a || !b) throw new Error('The schema has two members.');
  expect(withMembers(schema, [{ ...a, name: 'c' }, b])).toEqual({
    ...schema,
    required: ['c', 'b', 'elsewhere'],
    properties: { c: { type: 'string' }, b: true },
  });
  expect(withMembers({ type: 'object', required: ['a'], properties: { a: {}, b: {} } }, [b])).toEqual({
    type: 'object',
    required: ['b'],
    properties: { b: true },
  });
});

test('without required members there is no `required`', () => {
  const members = [{ name: '__proto__', schema: {}, isRequired: false }];
  expect(JSON.stringify(withMembers({ required: [], properties: {} }, members))).toBe(
    '{"properties":{"__proto__":{}}}',
  );
});
