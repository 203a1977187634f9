import fc from 'fast-check';
import { Kind, parse, visit } from 'graphql';
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
    ['', []],
  ])('are found in %s', (text, fields) => {
    expect(fieldsOf(text)).toEqual(fields);
  });

  it.each(['{ a(b: "', '{ a ? }', '{ a(b: '])(
    'are unknown or incomplete for the malformed %s, without failing',
    (text) => {
      expect(() => fieldsOf(text)).not.toThrow();
    },
  );

  it('are unknown if the document has too many tokens', () => {
    expect(fieldsOf('{ a b c }', 3)).toBeUndefined();
  });

  it('are those that the parser finds', () => {
    const name = fc.constantFrom('a', 'b', 'on1', 'query', 'fragment', 'type');
    const args = fc.constantFrom('', '(a: {b: [1, {c: "}"}]})', '(a: $b) @include(if: true)');
    const { set } = fc.letrec<{ set: string; selection: string }>((tie) => ({
      set: fc.array(tie('selection'), { minLength: 1, maxLength: 3 }).map((all) => `{${all.join(' ')}}`),
      selection: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.tuple(name, args).map(([field, given]) => `${field}${given}`),
        fc
          .tuple(name, name, args, tie('set'))
          .map(([alias, field, given, inner]) => `${alias}: ${field}${given} ${inner}`),
        fc
          .tuple(fc.constantFrom('', 'on Query', 'on T', '@skip(if: $b)'), tie('set'))
          .map(([on, inner]) => `... ${on} ${inner}`),
        fc.constantFrom('...F', '...query'),
      ),
    }));
    const definition = fc.tuple(
      fc.constantFrom(
        'query',
        'query fragment',
        'query Q($a: A = {b: 1})',
        'mutation M @d',
        'fragment F on Query',
        'fragment query on T',
      ),
      set,
    );
    fc.assert(
      fc.property(fc.array(definition, { minLength: 1, maxLength: 3 }), (definitions) => {
        const text = definitions.map((parts) => parts.join(' ')).join('\n');
        expect(new Set(fieldsOf(text))).toEqual(parsedRootFields(text));
      }),
    );
  });
});

function parsedRootFields(text: string): Set<string> {
  const fields = new Set<string>();
  visit(parse(text), {
    FragmentDefinition: ({ typeCondition }) => (rootTypes.has(typeCondition.name.value) ? undefined : false),
    Field(field) {
      fields.add(field.name.value);
      return false;
    },
    enter: (node) => (node.kind === Kind.VARIABLE_DEFINITION ? false : undefined),
  });
  return fields;
}
