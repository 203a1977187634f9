import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { printPath } from './path.js';
import { parseSort, printSort, reversed } from './sort.js';

const limits = { filterDepth: 3, filterOperators: 10, inLength: 5, patternLength: 8, sortFields: 3 };
const parse = (sort?: string | string[]) => parseSort(sort, limits);

describe('a sort', () => {
  it.each([undefined, '', []])('sorts newest first when it is %j', (none) => {
    expect(printSort(parse(none))).toBe('-$createdAt');
  });

  it('ends with the record id, in the direction of the last term', () => {
    expect(parse('-year,title').at(-1)).toEqual({ field: { system: 'id' }, direction: 'ascending' });
    expect(parse('title,-year').at(-1)).toEqual({ field: { system: 'id' }, direction: 'descending' });
    expect(parse('-$id,year')).toHaveLength(2);
  });

  it('may be a list or a text', () => {
    expect(parse(['-year', 'title'])).toEqual(parse('-year,title'));
    expect(parse(['-year,title'])).toEqual(parse('-year,title'));
  });

  it.each([
    ['a,$id', 'a'],
    ['a,-$id', 'a,-$id'],
    ['$id', '$id'],
    ['-\\-x,\\-y', '-\\-x,\\-y'],
    ['Worldwide\\,Gross', 'Worldwide\\,Gross'],
    ['--x', '-\\-x'],
  ])('prints %s as %s', (text, printed) => {
    expect(printSort(parse(text))).toBe(printed);
    expect(parse(printed)).toEqual(parse(text));
  });

  it('parses what printSort printed', () => {
    const name = fc.string({ unit: fc.constantFrom(...'\\.,-_$a '), minLength: 1 });
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 3 }), fc.boolean(), (names, descending) => {
        const sort = parse(names.map((one) => (descending ? '-' : '') + printPath([one])));
        expect(parse(printSort(sort))).toEqual(sort);
        expect(reversed(reversed(sort))).toEqual(sort);
      }),
    );
  });

  it.each<[string | string[], string, string]>([
    ['a,', '', 'SORT_INVALID'],
    ['-', '', 'SORT_INVALID'],
    ['a,-a', '', 'SORT_INVALID'],
    [['a', '\\a'], '/1', 'SORT_INVALID'],
    ['$foo', '', 'SORT_INVALID'],
    ['a,b,c,d', '', 'LIMIT_EXCEEDED'],
  ])('%j is refused', (sort, pointer, code) => {
    expect(() => parse(sort)).toThrow(
      expect.objectContaining({ code, extras: { errors: [expect.objectContaining({ pointer })] } }),
    );
  });
});
