import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { printPath } from './path.js';
import { parseSort, printSort, reversed } from './sort.js';
import type { SortInput } from './sort-item.js';

const limits = { filterDepth: 3, filterOperators: 10, inLength: 5, patternLength: 8, sortFields: 3 };
const parse = (sort?: SortInput) => parseSort(sort, limits);

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

  it('may say how strings are compared', () => {
    const list: SortInput = ['year', { path: '-due', type: 'dateTime' }, { path: 'name', caseless: true, type: null }];
    const terms = parse(list);
    expect(terms.slice(0, 3)).toEqual([
      { field: { path: ['year'] }, direction: 'ascending' },
      { field: { path: ['due'] }, direction: 'descending', as: 'dateTime' },
      { field: { path: ['name'] }, direction: 'ascending', as: 'caseless' },
    ]);
    expect(parse(JSON.stringify(list))).toEqual(terms);
    expect(parse(list.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))))).toEqual(terms);
    expect(parse('{"path":"name","caseless":true}')).toEqual(parse([{ path: 'name', caseless: true }]));
    expect(printSort(terms)).toBe('["year",{"path":"-due","type":"dateTime"},{"path":"name","caseless":true}]');
    expect(parse([{ path: 'a', caseless: true }, 'a'])).toHaveLength(3);
    expect(parse('{},[a]')).toEqual(parse(['{}', '[a]']));
  });

  it.each([
    ['\\{"a"', '\\{"a"'],
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
    const name = fc.string({ unit: fc.constantFrom(...'\\.,-_$a {["'), minLength: 1 });
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        fc.boolean(),
        (names, descending, caseless) => {
          const sort = parse(names.map((one) => ({ path: (descending ? '-' : '') + printPath([one]), caseless })));
          expect(parse(printSort(sort))).toEqual(sort);
          expect(reversed(reversed(sort))).toEqual(sort);
        },
      ),
    );
  });

  it.each<[SortInput, string, string]>([
    [[{ path: 'a', type: 'date' } as never], '/0/type', 'SORT_INVALID'],
    [[{ path: 'a', caseless: 1 } as never], '/0/caseless', 'SORT_INVALID'],
    [[{ path: 'a', type: 'dateTime', caseless: true }], '/0/caseless', 'SORT_INVALID'],
    [[{ caseless: true } as never], '/0/path', 'SORT_INVALID'],
    [[{ path: 'a', direction: 'descending' } as never], '/0/direction', 'SORT_INVALID'],
    [['a', 5 as never], '/1', 'SORT_INVALID'],
    [[{ path: '$createdAt', type: 'dateTime' }], '/0', 'SORT_INVALID'],
    [[{ path: 'a.', caseless: true }], '/0', 'SORT_INVALID'],
    [[{ path: 'a' }, 'a'], '/1', 'SORT_INVALID'],
    ['["a"', '', 'SORT_INVALID'],
    ['["a",{"path":5}]', '/1/path', 'SORT_INVALID'],
    [['{"path":5}'], '/0/path', 'SORT_INVALID'],
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
