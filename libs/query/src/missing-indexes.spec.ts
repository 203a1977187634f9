import { describe, expect, it } from 'vitest';

import type { JsonValue } from '@haven/kernel';

import type { IndexDefinition } from './index-definition.js';
import { missingIndexes } from './missing-indexes.js';
import { parseFilter } from './parse-filter.js';
import { parseSort } from './sort.js';

const limits = { filterDepth: 5, filterOperators: 50, inLength: 50, patternLength: 50, sortFields: 5 };

function missing(filter: JsonValue, sort?: string, indexes: IndexDefinition[] = []) {
  const found = missingIndexes(parseFilter(filter, limits), parseSort(sort, limits), indexes);
  return found.map(({ path, where: { code, pointer } }) => [path, code, pointer]);
}

describe('indexes that would help', () => {
  it.each<[JsonValue, string | undefined, string[][]]>([
    [{ year: { _gt: 2000 } }, undefined, [['year', 'FILTER_WITHOUT_INDEX', '/year/_gt']]],
    [
      { maker: { city: { _startsWith: 'O' } } },
      undefined,
      [['maker.city', 'FILTER_WITHOUT_INDEX', '/maker/city/_startsWith']],
    ],
    [{ _and: [{ 'a.b': { _lt: 1 } }] }, undefined, [['a.b', 'FILTER_WITHOUT_INDEX', '/_and/0/a.b/_lt']]],
    [{ 'a.b': { _some: { _gte: 1 } } }, undefined, [['a.b', 'FILTER_WITHOUT_INDEX', '/a.b/_some/_gte']]],
    [{ $version: 3 }, undefined, [['$version', 'FILTER_WITHOUT_INDEX', '/$version']]],
    [{}, '-year,title', [['-year,title', 'SORT_WITHOUT_INDEX', '']]],
    [
      { year: { _isNull: false } },
      '$updatedAt',
      [
        ['year', 'FILTER_WITHOUT_INDEX', '/year/_isNull'],
        ['$updatedAt', 'SORT_WITHOUT_INDEX', ''],
      ],
    ],
  ])('%j sorted by %s', (filter, sort, expected) => {
    expect(missing(filter, sort)).toEqual(expected);
  });

  it.each<[JsonValue, string | undefined]>([
    [{}, undefined],
    [{ genre: 'Drama' }, '$id'],
    [{ genre: { _in: ['Drama'] }, tags: { _contains: 'x' } }, undefined],
    [{ title: { _like: '%x%' } }, undefined],
    [{ title: { _ne: 'x' } }, undefined],
    [{ lines: { _some: { qty: { _gt: 2 } } } }, undefined],
    [{ scores: { _every: { _gt: 2 } } }, undefined],
    [{ scores: { _none: { _gt: 2 } } }, undefined],
    [{ scores: { _some: { _exists: true } } }, undefined],
    [{ scores: { _some: { _eq: 2 } } }, undefined],
    [{ scores: { _size: { _gt: 2 } } }, undefined],
    [{ _or: [{ year: { _gt: 2000 } }, { year: { _lt: 1900 } }] }, undefined],
    [{ _not: { year: { _gt: 2000 } } }, undefined],
    [{ $createdAt: { _gt: '2026-01-01T00:00:00Z' } }, undefined],
  ])('none for %j sorted by %s', (filter, sort) => {
    expect(missing(filter, sort)).toEqual([]);
  });

  it('skips fields that have an index', () => {
    expect(
      missing({ year: { _gt: 2000, _some: { _lt: 5 } }, rank: { _lt: 3 } }, '-year', [
        { id: 1, unique: false, members: [{ field: { path: ['year'] }, direction: 'ascending' }] },
      ]),
    ).toEqual([['rank', 'FILTER_WITHOUT_INDEX', '/rank/_lt']]);
  });
});
