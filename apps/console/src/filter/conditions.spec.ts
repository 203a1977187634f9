import { describe, expect, it } from 'vitest';

import type { Column } from '../columns/columns.js';
import { conditionsOf, filterOf } from './conditions.js';
import type { Condition } from './conditions.js';

const column = (path: string, type: Column['type']): [string, Column] => [
  path,
  { path, names: [path], label: path, type, isDeclared: true },
];
const columns = new Map([column('title', 'text'), column('year', 'number'), column('premiere', 'dateTime')]);
const all = (...conditions: Condition[]) => filterOf({ match: 'all', conditions }, columns);

describe('filterOf', () => {
  it('joins the operators of a member', () => {
    expect(
      all({ path: 'year', operator: '_gte', value: 1990 }, { path: 'year', operator: '_lt', value: 2000 }),
    ).toEqual({ year: { _gte: 1990, _lt: 2000 } });
  });

  it('keeps two conditions with the same operator apart', () => {
    expect(
      all({ path: 'title', operator: 'includes', value: 'a' }, { path: 'title', operator: 'includes', value: 'b' }),
    ).toEqual({ _and: [{ title: { _ilike: '%a%' } }, { title: { _ilike: '%b%' } }] });
  });

  it('combines alternatives', () => {
    const conditions: Condition[] = [
      { path: 'year', operator: '_eq', value: 1979 },
      { path: 'title', operator: 'empty' },
    ];
    expect(filterOf({ match: 'any', conditions }, columns)).toEqual({
      _or: [{ year: 1979 }, { title: { _isNull: true } }],
    });
  });

  it('compares date-times as instants, and objects as values', () => {
    expect(all({ path: 'premiere', operator: '_gt', value: '1995-12-07T03:00:00Z' })).toEqual({
      premiere: { _gt: { $dateTime: '1995-12-07T03:00:00Z' } },
    });
    expect(all({ path: 'other', operator: '_eq', value: { a: 1 } })).toEqual({ other: { _eq: { a: 1 } } });
  });

  it('takes the characters of patterns literally', () => {
    expect(all({ path: 'title', operator: 'includes', value: '100%_' })).toEqual({
      title: { _ilike: String.raw`%100\%\_%` },
    });
  });
});

describe('conditionsOf', () => {
  it.each([
    {},
    { year: 1979 },
    { year: { _gte: 1990, _lt: 2000 }, title: { _ne: 'Heat' } },
    { rating: { _in: [8.5, null] } },
    { rating: { _exists: false }, year: { _isNull: true } },
    { title: { _ilike: String.raw`%100\%\_%` } },
    { title: { _ilike: 'a_b%' } },
    { premiere: { _gt: { $dateTime: '1995-12-07T03:00:00Z' } } },
    { premiere: { $dateTime: '1995-12-07T03:00:00Z' } },
    { _or: [{ year: 1979 }, { title: { _startsWith: 'A' } }] },
    { _and: [{ genres: { _contains: 'Drama' } }, { genres: { _contains: 'Crime' } }] },
    { director: { _eq: { country: 'DE' } } },
    { genres: ['Crime', 'Drama'] },
  ])('reads %j so that it is written again', (filter) => {
    const conditions = conditionsOf(filter);
    expect(conditions).not.toBeNull();
    expect(filterOf(conditions!, columns)).toEqual(filter);
  });

  it.each([
    { _not: { year: 1979 } },
    { _search: 'drama' },
    { director: { country: 'FR' } },
    { genres: { _some: { _startsWith: 'D' } } },
    { _or: [] },
    { _or: [{ year: 1, title: 'a' }] },
    { title: { $caseless: 'heat' } },
    { year: {} },
    { year: { _in: 5 } },
  ])('leaves %j to the JSON editor', (filter) => {
    expect(conditionsOf(filter)).toBeNull();
  });
});
