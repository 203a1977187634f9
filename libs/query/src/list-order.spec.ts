import { describe, expect, it } from 'vitest';

import type { JsonValue } from '@haven/kernel';

import { queryFingerprint } from './fingerprint.js';
import { parseOrder } from './list-order.js';
import { parseFilter } from './parse-filter.js';
import { parseSort } from './sort.js';
import type { SortInput } from './sort-item.js';

const limits = { filterDepth: 5, filterOperators: 50, inLength: 5, patternLength: 8, sortFields: 3 };
const index = { id: 7, collectionId: 3, language: 'english', paths: [['title']] };
const parse = (json: JsonValue, id = index.id) =>
  parseFilter(json, limits, { index: { ...index, id }, limits: { searchTerms: 4, searchLength: 100 } });
const dune = { kind: 'search', index, terms: [{ text: 'dune', as: 'word', excluded: false }] };

function pointing(code: string, pointer: string) {
  return expect.objectContaining({ code, extras: { errors: [expect.objectContaining({ pointer })] } });
}

describe('a filter with a search', () => {
  it('has it among its conditions', () => {
    expect(parse({ _search: 'dune' })).toEqual(dune);
    expect(parse({ _or: [{ _search: 'dune' }, { _not: { _search: 'dune' } }], year: 5 })).toMatchObject({
      parts: [{ kind: 'or', parts: [dune, { kind: 'not', part: dune }] }, {}],
    });
  });

  it.each<[JsonValue, string, string]>([
    [{ title: { _search: 'dune' } }, 'FILTER_INVALID', '/title/_search'],
    [{ $id: { _search: 'dune' } }, 'FILTER_INVALID', '/$id/_search'],
    [{ _and: [{ _search: '-dune' }] }, 'FILTER_INVALID', '/_and/0/_search'],
    [{ _search: 'a b c d e' }, 'LIMIT_EXCEEDED', '/_search'],
    [{ _or: [{ _search: 'a b c' }, { _search: 'd e' }] }, 'LIMIT_EXCEEDED', '/_or/1/_search'],
  ])('%j is refused', (json, code, pointer) => {
    expect(() => parse(json)).toThrow(pointing(code, pointer));
  });

  it('is refused where there is no search', () => {
    expect(() => parseFilter({ a: 1, _search: 'dune' }, limits)).toThrow(pointing('FILTER_INVALID', '/_search'));
  });

  it('has a fingerprint of the terms and the index', () => {
    const fingerprint = (json: JsonValue, id?: number) => queryFingerprint(parse(json, id), parseSort('a', limits));
    expect(fingerprint({ _search: 'a  "b c"' })).toBe(fingerprint({ _search: '"b c" a' }));
    const queries = ['a b', 'a -b', 'a b*', 'a "b"', '"a b"'].map((_search) => fingerprint({ _search }));
    queries.push(fingerprint({ _search: 'a b' }, 8), fingerprint({ '\\_search': 'a b' }));
    expect(new Set(queries).size).toBe(queries.length);
  });
});

describe('the sort $score', () => {
  it('is that of the only search', () => {
    const [plain, nested] = [parse({ _search: 'dune' }), parse({ year: 5, _and: [{ _search: 'dune' }, { a: 1 }] })];
    for (const sort of ['$score', '-$score', ['$score'], [{ path: '-$score' }]]) {
      expect(parseOrder(sort, plain, limits)).toEqual({ sort: parseSort('-$id', limits), ranked: dune });
      expect(parseOrder(sort, nested, limits).ranked).toEqual(dune);
    }
    expect(parseOrder('year', plain, limits)).toEqual({ sort: parseSort('year', limits) });
    expect(parseOrder(undefined, plain, limits)).toEqual({ sort: parseSort(undefined, limits) });
  });

  it.each<[SortInput, JsonValue, string]>([
    ['$score', {}, ''],
    ['$score', { _or: [{ _search: 'a' }] }, ''],
    ['$score', { _not: { _search: 'a' } }, ''],
    ['$score', { _search: 'a', _not: { _search: 'b' } }, ''],
    ['$score', { _and: [{ _search: 'a' }, { _search: 'b' }] }, ''],
    [['$score'], { a: 1 }, '/0'],
    ['$score,year', { _search: 'a' }, ''],
    [['year', '-$score'], { _search: 'a' }, '/1'],
    [[{ path: '$score', caseless: true }], { _search: 'a' }, '/0'],
  ])('%j is refused for %j', (sort, json, pointer) => {
    expect(() => parseOrder(sort, parse(json), limits)).toThrow(pointing('SORT_INVALID', pointer));
  });

  it('is refused where there is no search', () => {
    expect(() => parseSort('$score', limits)).toThrow(pointing('SORT_INVALID', ''));
  });
});
