import { describe, expect, it } from 'vitest';

import { rootFieldsOf } from './root-fields.js';

const rootTypes = new Set(['Query', 'Mutation', 'Subscription']);
const fieldsOf = (text: string, maxTokens = 1_000) => {
  const fields = rootFieldsOf(text, { rootTypes, maxTokens });
  return fields && [...fields];
};

describe('the root fields of a document', () => {
  it.each([
    ['{ movies { title } }', ['movies']],
    ['query Q { a: movies { movies: title } b }', ['movies', 'b']],
    [
      'query Q($where: W = {a: {b: 1}} @d(x: {y: 1})) @e { movies(where: {c: {d: 1}}) @f { t } last }',
      ['movies', 'last'],
    ],
    ['{ ... { a } ... @include(if: true) { b } ... on Query { c { d } } e }', ['a', 'b', 'c', 'e']],
    ['{ x { ... on Movie { a } ...F } } fragment F on Movie { b }', ['x']],
    ['query { ...F } fragment F on Query { a { b } } mutation M { c }', ['a', 'c']],
    ['fragment F on Query @d(a: {b: 1}) { a } { ...F on }', ['a', 'on']],
    ['subscription { fragment { on } }', ['fragment']],
    ['query fragment { query { a } }', ['query']],
    ['{ a(text: "} b {", block: """ } c { """) # } d {\n e }', ['a', 'e']],
  ])('are found in %s', (text, fields) => {
    expect(fieldsOf(text)).toEqual(fields);
  });

  it.each(['', '{ a(b: "', '{ a ? }', '{ a(b: ', `{ ${'a {'.repeat(100_000)}`])(
    'are unknown if the document is malformed',
    (text) => {
      expect(fieldsOf(text, 1_000_000)).toBeUndefined();
    },
  );
});
