import { describe, expect, it } from 'vitest';

import type { JsonValue } from '@haven/kernel';
import { parseFilter, parseSort } from '@haven/query';
import type { IndexDefinition } from '@haven/query';

import type { RecordQuery } from '../domain/record-reader.js';
import { fewMatchesSql, listSql } from './list-sql.js';

const limits = { filterDepth: 10, filterOperators: 100, inLength: 500, patternLength: 256, sortFields: 5 };
const filters: JsonValue[] = [
  {},
  { a: 1 },
  { a: { _gt: 1 } },
  { a: 1, b: 'x' },
  { a: { _contains: 'x' } },
  { a: { _in: [1, 2] }, b: { _like: 'x%' } },
  { $updatedAt: { _gt: '2024-01-01T00:00:00Z' } },
];
const sorts = [undefined, '$createdAt', 'a', '-b', 'c'];
const declared = [[], ['a'], ['b', 'a']];

function queryOf(filter: JsonValue, sort: string | undefined, paths: string[], firstId = 1): RecordQuery {
  const indexes = paths.map((path, place): IndexDefinition => ({
    id: firstId + place,
    unique: false,
    members: [{ field: { path: [path] }, direction: 'ascending' }],
  }));
  return { filter: parseFilter(filter, limits), sort: parseSort(sort, limits), limit: 21, indexes };
}

describe('the statement for a page', () => {
  const queries = filters.flatMap((filter) =>
    sorts.flatMap((sort) => declared.map((paths) => queryOf(filter, sort, paths))),
  );
  const statements = queries.flatMap((query) => [listSql('id', 7, query), fewMatchesSql(7, query) ?? []].flat());

  // PostgreSQL would refuse it otherwise.
  it('contains each of its parameters', () => {
    for (const { text, values } of statements) {
      const used = new Set([...text.matchAll(/\$(\d+)/g)].map(([, place]) => Number(place)));
      expect(
        [...used].sort((one, other) => one - other),
        text,
      ).toEqual(values.map((_, place) => place + 1));
    }
  });

  it('has the same text for other values, collections and indexes', () => {
    const [one, other] = [queryOf({ a: 1 }, undefined, ['a']), queryOf({ a: 'x' }, undefined, ['a'], 9)];
    expect(listSql('id', 7, one).text).toBe(listSql('id', 8, other).text);
    expect(fewMatchesSql(7, one)?.text).toBe(fewMatchesSql(8, other)?.text);
  });

  it.each<[JsonValue, string | undefined, string[], boolean]>([
    [{ a: 1 }, undefined, ['a'], true],
    [{ a: { _gt: 1 } }, undefined, ['a'], true],
    [{ a: 1 }, 'b', ['b', 'a'], true],
    [{}, 'a', ['a'], true],
    [{ a: 1 }, undefined, [], false],
    [{ a: { _gt: 1 } }, undefined, [], false],
    [{ a: 1 }, 'b', ['a'], false],
    [{ $updatedAt: { _gt: '2024-01-01T00:00:00Z' } }, 'a', ['a'], false],
  ])('of %j by %s has a fixed plan with indexes on %j: %s', (filter, sort, paths, isFixed) => {
    expect(listSql('id', 7, queryOf(filter, sort, paths)).hasFixedPlan).toBe(isFixed);
  });
});
