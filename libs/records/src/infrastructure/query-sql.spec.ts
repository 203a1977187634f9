import { describe, expect, it } from 'vitest';

import type { JsonValue } from '@haven/kernel';
import { parseFilter, parseSort } from '@haven/query';

import { filterSql, keysetSql, orderBySql } from './query-sql.js';
import { pathSql } from './sort-functions.js';

const limits = { filterDepth: 10, filterOperators: 100, inLength: 500, patternLength: 256, sortFields: 5 };

function sql(filter: JsonValue, params: unknown[] = []) {
  return { sql: filterSql(parseFilter(filter, limits), params), params };
}

describe('a filter in SQL', () => {
  it('quotes every member name', () => {
    expect(pathSql(['a', "it's"])).toBe(`(data -> 'a'::text -> 'it''s'::text)`);
    expect(pathSql(['\\', '{"},NULL'])).toBe(`(data -> E'\\\\'::text -> '{"},NULL'::text)`);
  });

  it('numbers its parameters after the existing ones', () => {
    expect(sql({ a: 1, $version: { _gt: 2 } }, ['tenant'])).toEqual({
      sql: '((data @> $2::jsonb) AND (version > $3::bigint))',
      params: ['tenant', '{"a":1}', 2],
    });
  });

  it('tests equality of arrays and objects in addition to containment', () => {
    expect(sql({ 'a.b': [1] })).toEqual({
      sql: `(data @> $1::jsonb AND (data -> 'a'::text -> 'b'::text) = ($1::jsonb -> 'a'::text -> 'b'::text))`,
      params: ['{"a":{"b":[1]}}'],
    });
  });

  it('binds the list of _nin as one parameter', () => {
    expect(sql({ a: { _nin: ['x', null] } })).toEqual({
      sql: `NOT coalesce((data -> 'a'::text) = ANY($1::jsonb[]), FALSE)`,
      params: [['"x"', 'null']],
    });
  });

  it.each<[JsonValue, string]>([
    [{}, 'TRUE'],
    [{ _or: [] }, 'FALSE'],
    [{ a: { _in: [] } }, 'FALSE'],
    [{ _not: {} }, 'NOT TRUE'],
  ])('of %j is %s', (filter, expected) => expect(sql(filter).sql).toBe(expected));
});

describe('a sort in SQL', () => {
  it('sorts a member by three expressions', () => {
    expect(orderBySql(parseSort('a', limits))).toBe(
      `haven.sort_rank((data -> 'a'::text)) ASC, haven.sort_num((data -> 'a'::text)) ASC, haven.sort_str((data -> 'a'::text)) COLLATE "C" ASC, id ASC`,
    );
  });

  it('uses a plain column for a system field', () => {
    expect(orderBySql(parseSort('-$updatedAt', limits))).toBe('updated_at DESC, id DESC');
  });

  it('continues after a position with one comparison if all directions are equal', () => {
    const params: unknown[] = [];
    expect(keysetSql(parseSort(undefined, limits), ['2024-01-01T00:00:00.000Z', 'i'], params)).toBe(
      '(created_at, id) < ($1::timestamptz, $2::uuid)',
    );
  });

  it('bounds the leading columns first when the directions differ', () => {
    expect(keysetSql(parseSort('-$version,$createdAt', limits), [1, 't', 'i'], [])).toBe(
      '((version) <= ($1::bigint) AND ((version) < ($1::bigint) OR (created_at, id) > ($2::timestamptz, $3::uuid)))',
    );
  });
});
