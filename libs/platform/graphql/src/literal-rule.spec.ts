import { buildSchema, parse, validate } from 'graphql';
import { expect, it } from 'vitest';

import { HavenError } from '@haven/kernel';

import { literalRule } from './literal-rule.js';

const schema = buildSchema(`
  scalar JSON
  input Where { _gt: Float, _in: [Float!], raw: JSON, number: Int, id: ID }
  type Query { movies(rating: Float, where: Where): Int }`);

const errorsOf = (query: string) =>
  validate(schema, parse(query), [literalRule]).map(({ originalError: error }) =>
    error instanceof HavenError ? [error.code, error.extras.errors?.[0]?.pointer] : [error],
  );

it.each([
  ['{ movies(rating: 0.10000000000000001) }', '/rating'],
  ['{ movies(rating: 9007199254740993) }', '/rating'],
  ['{ movies(rating: 1e400) }', '/rating'],
  ['{ movies(where: { _in: [1, 9007199254740993] }) }', '/where/_in/1'],
  ['{ movies(where: { _in: 9007199254740993 }) }', '/where/_in'],
  ['query ($rating: Float = 9007199254740993) { movies(rating: $rating) }', ''],
  ['{ movies(where: { id: "\\u0000" }) }', '/where/id'],
])('refuses a literal that cannot be stored as it is: %s', (query, pointer) => {
  expect(errorsOf(query)).toEqual([['JSON_NOT_EXACT', pointer]]);
});

it('accepts numbers that are exact, and leaves those of other types to the types', () => {
  expect(errorsOf('{ movies(rating: 0.1, where: { _in: [1, -0.5e-3, 9007199254740992] }) }')).toEqual([]);
  expect(errorsOf('{ movies(where: { raw: { a: [9007199254740993] }, id: 9007199254740993 }) }')).toEqual([]);
});
