import { coerceInputValue, GraphQLList } from 'graphql';
import { expect, it } from 'vitest';

import { parseSort } from '@haven/query';
import type { Sort } from '@haven/query';
import type { CollectionSource } from '@haven/record-types';

import { allOf, exampleInput, generic, NO_RESOLVERS } from '../schema/example-schemas.js';
import { buildTypedSchema } from '../schema/typed-schema.js';
import type { InputValue } from './input-value.js';
import { toSort } from './sort.js';

const limits = { filterDepth: 10, filterOperators: 100, inLength: 500, patternLength: 256, sortFields: 5 };

const sortOf = (orderBy: unknown, type = exampleInput('MovieOrderBy')) =>
  toSort(coerceInputValue(orderBy, new GraphQLList(type)) as InputValue[], type);

it('translates each item of an orderBy argument to an item of a sort', () => {
  const orderBy = [{ year: 'DESC' }, { Major_Genre: 'ASC' }, { finale: { next: { a_b: 'DESC' } } }, { _id: 'ASC' }];
  expect(sortOf(orderBy)).toEqual(['-year', 'Major Genre', '-finale.next.a\\.b', '$id']);
  expect(sortOf([])).toEqual([]);
});

it('sorts date-times as points in time', () => {
  expect(sortOf([{ premiere: 'DESC' }])).toEqual(['{"path":"-premiere","type":"dateTime"}']);
});

it('takes a single item for a list', () => {
  expect(sortOf({ year: 'ASC' })).toEqual(['year']);
});

it.each(['-a', 'a,b', 'a.b', '$id', '_id', '[{"a', '{"a', '["a"]', 'a\\b', ' a', 'a/b'])(
  'sorts by a member whose key is %j',
  (key) => {
    const source: CollectionSource = {
      name: 'things',
      description: null,
      schema: { properties: { [key]: { type: 'string' }, in: { properties: { [key]: { type: 'string' } } } } },
      uniqueIndexes: [],
      references: [],
    };
    const visible = allOf([source]);
    const name = visible.collections[0]?.types.record.members.find((member) => member.key === key)?.name ?? '';
    const type = buildTypedSchema(generic, visible, NO_RESOLVERS).schema.getType('ThingOrderBy') as never;
    const paths = (sort: Sort) => sort.map(({ field, direction }) => ('path' in field ? [field.path, direction] : []));
    expect(paths(parseSort(sortOf([{ [name]: 'ASC' }, { in: { [name]: 'DESC' } }], type), limits))).toEqual([
      [[key], 'ascending'],
      [['in', key], 'descending'],
      [],
    ]);
  },
);

it.each([
  [[{ year: 'ASC' }, { year: null }], '/orderBy/1/year'],
  [[{ finale: { next: { a_b: null } } }], '/orderBy/0/finale/next/a_b'],
  [[{}], '/orderBy/0'],
])('refuses null in %j', (orderBy, pointer) => {
  const error = { code: 'SORT_INVALID', extras: { errors: [expect.objectContaining({ pointer })] } };
  expect(() => toSort(orderBy as InputValue[], exampleInput('MovieOrderBy'))).toThrow(expect.objectContaining(error));
});
