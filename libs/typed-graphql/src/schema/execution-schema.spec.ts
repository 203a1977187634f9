import { executeSync, getIntrospectionQuery, parse, subscribe, validate } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { describe, expect, it } from 'vitest';

import { allOf, EXAMPLES, generic } from './example-schemas.js';
import { buildTypedSchema } from './typed-schema.js';

/** Root fields return what they were called with. */
const { schema, execution } = buildTypedSchema(generic, allOf(EXAMPLES), {
  resolve: (field, type) => (source, args) => ({ ...field, type: String(type), args, source }),
  subscribe: (field) =>
    async function* events() {
      yield field.operation;
    },
});

const run = (source: string, variableValues = {}) =>
  executeSync({ schema: execution, document: parse(source), variableValues });

describe('the schema that is executed', () => {
  it('leaves the selection set of a typed field to its resolver', () => {
    const source = `
      query Movies($year: Float) {
        films: movies(where: { year: { _gt: $year } }, first: 2) { edges { node { title director { name } } } }
        ...One
        __typename
      }
      fragment One on Query { movie(id: "1") { release { ... on Movie_ReleaseCinema { screens } } } }`;
    expect(validate(schema, parse(source))).toEqual([]);
    const root = { kind: 'root', collection: 'movies' };
    expect(run(source, { year: 1999 })).toEqual({
      data: {
        films: {
          ...root,
          operation: 'list',
          type: 'MovieConnection',
          args: { where: { year: { _gt: 1999 } }, first: 2 },
        },
        movie: { ...root, operation: 'get', type: 'Movie', args: { id: '1' } },
        __typename: 'Query',
      },
    });
  });

  it('reads enum values as the strings for which they stand', () => {
    const source =
      'mutation ($data: MoviePatch!) { a: updateMovie(id: "1", data: { status: v_3d }) { title } b: updateMovie(id: "1", data: $data) { title } }';
    expect(run(source, { data: { status: 'on_air', title: null } })).toMatchObject({
      data: { a: { args: { data: { status: '3d' } } }, b: { args: { data: { status: 'on air', title: null } } } },
    });
  });

  it('executes generic fields beside typed ones', () => {
    const source = '{ record(collection: "movies", id: "1") { id } movie(id: "1") { title } }';
    expect(run(source)).toMatchObject({ data: { record: null, movie: { operation: 'get' } } });
  });

  it('subscribes, and resolves each event', async () => {
    const source = 'subscription { movieChanges(where: { title: { _eq: "Heat" } }) { record { title } } }';
    const events = await subscribe({ schema: execution, document: parse(source) });
    if (!(Symbol.asyncIterator in events)) throw new Error('The subscription failed.');
    const { value } = await events.next();
    expect(value).toMatchObject({
      data: { movieChanges: { operation: 'changes', type: 'MovieChange', source: 'changes' } },
    });
  });

  it('describes what clients see', () => {
    const introspection = (one: GraphQLSchema) =>
      executeSync({
        schema: one,
        document: parse(getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true })),
      });
    expect(introspection(execution)).toEqual(introspection(schema));
    const source = `{
      __schema { queryType { fields { name type { name } } } }
      ...More
      movie(id: "1") { title }
    }
    fragment More on Query { __type(name: "Query") { fields { name type { name } } } missing: __type(name: "Nothing") { name } }`;
    expect(validate(schema, parse(source))).toEqual([]);
    const { data } = run(source);
    const described = expect.arrayContaining([{ name: 'movie', type: { name: 'Movie' } }]);
    expect(data).toMatchObject({
      __schema: { queryType: { fields: described } },
      __type: { fields: described },
      missing: null,
      movie: { operation: 'get' },
    });
    expect(JSON.stringify(data?.['__schema'])).not.toContain('"__');
  });
});
