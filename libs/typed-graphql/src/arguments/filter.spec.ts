import { coerceInputValue, getNamedType, isInputObjectType, isListType, isNonNullType } from 'graphql';
import type { GraphQLInputObjectType, GraphQLInputType } from 'graphql';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { HavenError } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';
import { matchesFilter, parseFilter } from '@haven/query';

import { exampleInput } from '../schema/example-schemas.js';
import { toFilter } from './filter.js';
import type { InputValue } from './input-value.js';
import { toWherePointer } from './where-pointer.js';

const type = exampleInput('MovieWhere');
const filterOf = (where: unknown) => toFilter(coerceInputValue(where, type) as InputValue, type);
const ID = '018f3b5e-7c1a-7000-8000-000000000001';
const limits = { filterDepth: 100, filterOperators: 10_000, inLength: 10_000, patternLength: 256, sortFields: 5 };

describe('a where argument', () => {
  it.each<[string, unknown, JsonValue]>([
    ['names become keys, with escapes', { Major_Genre: { _eq: 'Drama' } }, { 'Major Genre': { _eq: 'Drama' } }],
    ['objects contain conditions', { finale: { a_b: { _gt: 0.5 } } }, { finale: { 'a\\.b': { _gt: 0.5 } } }],
    ['system fields', { _id: { _in: [ID] }, _version: { _gt: 1 } }, { $id: { _in: [ID] }, $version: { _gt: 1 } }],
    [
      'date-times are compared as points in time, and null as null',
      { premiere: { _gte: '2020-01-01T00:00:00Z', _in: ['2020-01-01T00:00:00Z', null], _exists: true } },
      {
        premiere: {
          _gte: { $dateTime: '2020-01-01T00:00:00Z' },
          _in: [{ $dateTime: '2020-01-01T00:00:00Z' }, null],
          _exists: true,
        },
      },
    ],
    [
      'logic at any level',
      { _or: [{ year: { _eq: 1 } }, { _not: { finale: { _or: { name: { _eq: 'x' } } } } }] },
      { _or: [{ year: { _eq: 1 } }, { _not: { finale: { _or: [{ name: { _eq: 'x' } }] } } }] },
    ],
    ['a raw filter', { _raw: { 'a.b': 1 } }, { _and: [{ 'a.b': 1 }] }],
    [
      'a raw filter beside others',
      { year: { _eq: 1 }, _and: [{ year: { _eq: 2 } }], _raw: { x: 1 } },
      { year: { _eq: 1 }, _and: [{ year: { _eq: 2 } }, { x: 1 }] },
    ],
    [
      'operands that are JSON',
      { tags: { _contains: ['a'] }, notes: { _eq: { a: [1] } } },
      { tags: { _contains: ['a'] }, notes: { _eq: { a: [1] } } },
    ],
    [
      'conditions on elements',
      {
        tags: { _some: { _startsWith: 'a' }, _size: { _gt: 1 } },
        acts: { _every: { a_b: { _gt: 1 }, _or: [{ name: { _eq: 'x' } }], _raw: { y: 2 } } },
        cast: { _none: { _in: [ID] } },
      },
      {
        tags: { _some: { _startsWith: 'a' }, _size: { _gt: 1 } },
        acts: { _every: { 'a\\.b': { _gt: 1 }, _or: [{ name: { _eq: 'x' } }], _and: [{ y: 2 }] } },
        cast: { _none: { _in: [ID] } },
      },
    ],
    ['nothing', {}, {}],
  ])('translates %s', (_, where, filter) => {
    expect(filterOf(where)).toEqual(filter);
    expect(errorsOf(() => parseFilter(filterOf(where), limits))).toEqual([]);
  });

  it('finds the same records as the filter that it means', () => {
    const data = { 'Major Genre': 'Drama', premiere: '2020-01-01T02:00:00+02:00', finale: { 'a.b': 2, name: 'x' } };
    const record = { id: '', version: 1, createdAt: '', updatedAt: '', data };
    const matches = (where: unknown) => matchesFilter(parseFilter(filterOf(where), limits), record as never);
    expect(matches({ Major_Genre: { _in: ['Drama'] }, premiere: { _eq: '2020-01-01T00:00:00Z' } })).toBe(true);
    expect(matches({ finale: { a_b: { _gte: 2 }, _and: [{ name: { _like: '_' } }] } })).toBe(true);
    expect(matches({ finale: { _raw: { name: 'y' } } })).toBe(false);
    expect(matches({ rating: { _eq: null } })).toBe(false);
    expect(matches({ rating: { _isNull: true } })).toBe(true);
  });

  it.each([
    [{ year: null }, '/where/year', 'null'],
    [{ _or: [{ finale: { name: null } }] }, '/where/_or/0/finale/name', 'null'],
    [{ finale: {} }, '/where/finale', 'empty'],
    [{ year: {} }, '/where/year', 'empty'],
  ])('refuses %j', (where, pointer, reason) => {
    const [error] = errorsOf(() => filterOf(where));
    expect(error).toMatchObject({ code: 'FILTER_INVALID', pointer, detail: expect.stringContaining(reason) });
  });

  it.each([
    [{ Major_Genre: { _gt: null } }, '/Major_Genre/_gt'],
    [{ premiere: { _gt: 'soon' } }, '/premiere/_gt'],
    [{ premiere: { _in: ['2020-01-01T00:00:00Z', 'soon'] } }, '/premiere/_in/1'],
    [{ finale: { a_b: { _in: null } } }, '/finale/a_b/_in'],
    [{ _and: [{ _id: { _eq: 'x' } }] }, '/_and/0/_id/_eq'],
    [{ _and: [{}, { _not: { _or: [{ _version: { _exists: true } }] } }] }, '/_and/1/_not/_or/0/_version/_exists'],
    [{ _raw: { a: { _unknown: 1 } } }, '/_raw/a/_unknown'],
    [{ finale: { _and: [{ name: { _eq: 'a' } }], _raw: { 'x/y': { _gt: [] } } } }, '/finale/_raw/x~1y/_gt'],
    [{ tags: { _contains: { _eq: 1 } } }, '/tags/_contains/_eq'],
    [{ _or: null }, '/_or'],
    [{ tags: { _size: { _eq: -1 } } }, '/tags/_size/_eq'],
    [{ tags: { _some: null } }, '/tags/_some'],
    [{ acts: { _some: { a_b: { _in: null } } } }, '/acts/_some/a_b/_in'],
    [{ acts: { _none: { _and: [{ name: { _eq: 'a' } }], _raw: { x: { _gt: [] } } } } }, '/acts/_none/_raw/x/_gt'],
  ])('finds the place of an error in %j', (json, pointer) => {
    const where = coerceInputValue(json, type) as InputValue;
    const [error] = errorsOf(() => parseFilter(toFilter(where, type), limits));
    expect(toWherePointer(error?.pointer ?? 'none', type, where)).toBe(pointer);
  });

  it.each([5, null, [{}], 'x'])('is refused if _raw is %j, which is no filter', (raw) => {
    const [error] = errorsOf(() => filterOf({ _not: { _and: [{}], _raw: raw } }));
    expect(error).toMatchObject({ code: 'FILTER_INVALID', pointer: '/where/_not/_raw' });
    expect(error?.detail).toContain('must be a filter');
  });

  it('becomes a valid filter, whatever the members and operators are', () => {
    fc.assert(fc.property(conditions(type, { depth: 3 }), (where) => void parseFilter(filterOf(where), limits)));
  });

  it('becomes a valid filter, or an error at a place that it has', () => {
    fc.assert(
      fc.property(conditions(type, { depth: 3, mistakes: true }), (json) => {
        const where = coerceInputValue(json, type) as InputValue;
        const [error] = errorsOf(() => parseFilter(toFilter(where, type), limits));
        if (!error) return;
        const pointer = error.pointer.replace(/^\/where/, '');
        expect(
          valueAt(where, pointer === error.pointer ? toWherePointer(pointer, type, where) : pointer),
        ).toBeDefined();
      }),
    );
  });
});

/** Returns the errors of an action; none if it succeeds. */
function errorsOf(action: () => unknown) {
  try {
    action();
    return [];
  } catch (error) {
    if (error instanceof HavenError) return error.extras.errors ?? [];
    throw error;
  }
}

function valueAt(value: unknown, pointer: string): unknown {
  const tokens = pointer.split('/').slice(1);
  return tokens.reduce((inner: any, token) => inner?.[token.replaceAll('~1', '/').replaceAll('~0', '~')], value);
}

interface Generated {
  readonly depth: number;
  /** Also operators that a member does not have, null, and objects without members. */
  readonly mistakes?: boolean;
}

/** Generates values of an object type with one or two members. */
function conditions(input: GraphQLInputObjectType, generated: Generated): fc.Arbitrary<unknown> {
  const { depth, mistakes = false } = generated;
  const fields = Object.values(input.getFields()).filter(
    ({ name, type: of }) =>
      (mistakes || !/^_(id|version|raw|updatedAt|createdAt)$/.test(name)) && (depth > 0 || !isLogic(of)),
  );
  const member = fc
    .constantFrom(...fields)
    .chain((field) => value(field.type, { ...generated, depth: depth - 1 }).map((one) => [field.name, one] as const));
  return fc.array(member, { minLength: mistakes ? 0 : 1, maxLength: 2 }).map((members) => Object.fromEntries(members));
}

function value(input: GraphQLInputType, generated: Generated): fc.Arbitrary<unknown> {
  if (isNonNullType(input)) return present(input.ofType, generated);
  const one = present(input, generated);
  return generated.mistakes ? fc.oneof({ weight: 9, arbitrary: one }, fc.constant(null)) : one;
}

function present(input: GraphQLInputType, generated: Generated): fc.Arbitrary<unknown> {
  if (isListType(input)) return fc.array(value(input.ofType, generated), { maxLength: 2 });
  return isInputObjectType(input) ? conditions(input, generated) : (SCALARS[String(input)] ?? fc.constant(null));
}

const SCALARS: Record<string, fc.Arbitrary<unknown>> = {
  String: fc.constantFrom('a', '%', ''),
  ID: fc.constantFrom(ID, 'x'),
  Int: fc.constantFrom(0, 2),
  Float: fc.constantFrom(0, -1.5),
  Boolean: fc.boolean(),
  DateTime: fc.constant('2020-01-01T00:00:00Z'),
  JSON: fc.constantFrom('a', 1),
};

/** Whether the values of a type contain conditions of the same kind. */
function isLogic(input: GraphQLInputType): boolean {
  return /Where$|^JSONFilter$/.test(getNamedType(input).name);
}
