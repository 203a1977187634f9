import fc from 'fast-check';
import { execute, parse } from 'graphql';
import type { GraphQLFieldResolver } from 'graphql';
import { describe, expect, it } from 'vitest';

import type { GraphqlContext } from '@haven/api';
import { isJsonObject, printJson, RawJson } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';
import type { ValueType } from '@haven/record-types';
import type { RelatedRecordsService } from '@haven/records';

import type { FieldSource } from '../field-source.js';
import { allOf, EXAMPLES, generic } from '../schema/example-schemas.js';
import { buildTypedSchema } from '../schema/typed-schema.js';
import { executeTyped } from './execute-typed.js';
import { GenericRootResolvers } from './generic-root-resolvers.js';

const related = { budget: () => ({}) } as unknown as RelatedRecordsService; // no relation is selected
const { schema, execution } = buildTypedSchema(generic, allOf(EXAMPLES), new GenericRootResolvers(generic, related));

/** The document that the generic field returns next. */
let stored: JsonValue;
const record = generic.getQueryType()?.getFields()['record'];
if (record) record.resolve = () => ({ data: new RawJson(JSON.stringify(stored, undefined, 1)) });

/** Values that fit some of the types, and objects with some of the members. */
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium' },
    fc.constantFrom<JsonValue>(null, true, 'on air', '2026-02-28T00:00:00Z', '2026-02-29T00:00:00Z', '', 'a "b" \n'),
    fc.constantFrom<JsonValue>(0, 1979, 2 ** 31, 2 ** 53, 0.5, -1, 1e22),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
    tie('act'),
    tie('release'),
  ),
  object: fc.dictionary(fc.constantFrom('name', 'a.b', 'parts', 'next', 'kind', 'other'), tie('value'), { maxKeys: 4 }),
  act: fc.record(
    { name: fc.string(), parts: fc.array(tie('act'), { maxLength: 2 }), next: tie('object') },
    { requiredKeys: [] },
  ),
  release: fc.record({ kind: fc.constantFrom('cinema', 'stream', 'radio'), url: tie('value'), screens: tie('value') }),
}));
const MEMBERS = ['title', 'year', 'views', 'rating', 'Major Genre', 'premiere', 'seen', 'status', 'tags', 'acts'];
const document = fc.dictionary(
  fc.constantFrom(...MEMBERS, 'finale', 'release', 'notes'),
  value.value as fc.Arbitrary<JsonValue>,
);

/** Selections of a movie, of an act and of a release, with everything that a selection can have. */
const selections = fc.letrec<Record<'movie' | 'act' | 'release', string>>((tie) => {
  const leaves = (...names: string[]) =>
    fc.constantFrom(...names, ...names.map((name) => `x_${name}: ${name}`), '__typename');
  const set = (...parts: fc.Arbitrary<string>[]) =>
    fc
      .array(fc.oneof({ maxDepth: 4, withCrossShrink: true }, ...parts), { minLength: 1, maxLength: 4 })
      .map((all) => `{ ${all.join(' ')} }`);
  const condition = fc.constantFrom('', '@skip(if: $a)', '@include(if: $a)', '@include(if: $b)', '@skip(if: false)');
  const nested = (name: string, type: 'movie' | 'act' | 'release') => tie(type).map((inner) => `${name} ${inner}`);
  const fragment = (on: string, type: 'movie' | 'act') =>
    fc.tuple(condition, tie(type)).map(([when, inner]) => `... ${on} ${when} ${inner}`);
  return {
    movie: set(
      leaves('title', 'year', 'views', 'rating', 'Major_Genre', 'premiere', 'seen', 'status', 'tags', 'notes', '_data'),
      fc.tuple(leaves('title', 'year'), condition).map((parts) => parts.join(' ')),
      nested('acts', 'act'),
      nested('finale', 'act'),
      nested('other: finale', 'act'),
      nested('release', 'release'),
      fragment('on Movie', 'movie'),
      fragment('', 'movie'),
      fc.constant('...Named'),
    ),
    act: set(
      leaves('name', 'a_b', '_data'),
      nested('parts', 'act'),
      nested('next', 'act'),
      fragment('on Movie_Act', 'act'),
    ),
    release: set(
      fc.constant('__typename'),
      fc.constantFrom('kind', 'screens', '_data').map((name) => `... on Movie_ReleaseCinema { ${name} }`),
      fc.constantFrom('kind', 'url', '_data').map((name) => `... on Movie_ReleaseStream { ${name} }`),
    ),
  };
});

/** Executes the selection with graphql-js alone, on the parsed document. Returns the data, and the paths of errors. */
async function byGraphql(query: string, variables: Record<string, unknown>) {
  const mismatches: string[] = [];
  const resolve: GraphQLFieldResolver<any, unknown> = (source, _args, _context, { parentType, fieldName, path }) => {
    if (parentType === schema.getQueryType()) return stored;
    const field = parentType.getFields()[fieldName]?.extensions['haven'] as FieldSource;
    if (field.kind === 'data') return source;
    if (field.kind !== 'member') throw new Error(`The test selects ${fieldName}.`);
    const at = [];
    for (let place: typeof path | undefined = path; place; place = place.prev) at.unshift(place.key);
    return fitting(field.type, Object.hasOwn(source, field.key) ? source[field.key] : null, at, mismatches);
  };
  const { data, errors } = await execute({
    schema,
    document: parse(query),
    variableValues: variables,
    fieldResolver: resolve,
    typeResolver: ({ kind }) => (kind === 'cinema' ? 'Movie_ReleaseCinema' : 'Movie_ReleaseStream'),
  });
  expect(errors).toBeUndefined();
  return { data: JSON.stringify(data), mismatches: [...new Set(mismatches)].sort() };
}

/** Returns the value with null in place of everything that does not fit. */
function fitting(type: ValueType, found: any, path: (string | number)[], mismatches: string[]): unknown {
  if (found === null) return null;
  const fits = {
    list: () => Array.isArray(found),
    object: () => isJsonObject(found),
    union: () => isJsonObject(found) && ['cinema', 'stream'].includes(found['kind'] as string),
    scalar: () => type.kind === 'scalar' && SCALARS[type.scalar](found),
  }[type.kind]();
  if (!fits) {
    mismatches.push(path.join('/'));
    return null;
  }
  if (type.kind !== 'list') return found;
  return found.map((item: unknown, index: number) => fitting(type.of, item, [...path, index], mismatches));
}

const isString = (found: unknown) => typeof found === 'string';
const SCALARS = {
  String: isString,
  ID: isString,
  DateTime: (found: unknown) => found === '2026-02-28T00:00:00Z',
  Int: (found: unknown) => Number.isInteger(found) && Math.abs(Number(found)) < 2 ** 31,
  SafeInt: Number.isSafeInteger,
  Float: (found: unknown) => typeof found === 'number',
  Boolean: (found: unknown) => typeof found === 'boolean',
  JSON: () => true,
};

describe('executeTyped', () => {
  it('returns what graphql-js returns for the parsed document, with an error for each value that does not fit', async () => {
    const named = fc.constantFrom('{ title acts { name } }', '{ year finale { next { name } } ... on Movie { seen } }');
    await fc.assert(
      fc.asyncProperty(
        document,
        selections.movie,
        named,
        fc.boolean(),
        fc.boolean(),
        async (data, movie, fragment, a, b) => {
          stored = data;
          const query = `query ($a: Boolean!, $b: Boolean!) { movie(id: "x") ${movie} _: movie(id: "y") { ...Named @include(if: $a) title @skip(if: $b) } }
          fragment Named on Movie ${fragment}`;
          const expected = await byGraphql(query, { a, b });
          const { data: found, errors = [] } = await executeTyped({
            schema,
            execution,
            document: parse(query),
            contextValue: { request: { caller: {} } } as unknown as GraphqlContext,
            variableValues: { a, b },
          });
          const paths = errors.map(({ path = [] }) => path.join('/'));
          expect(JSON.stringify(JSON.parse(printJson(found)))).toBe(expected.data);
          expect([...new Set(paths)].sort()).toEqual(expected.mismatches);
        },
      ),
      { numRuns: 60 },
    );
  });
});
