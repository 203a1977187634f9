import { describe, expect, it } from 'vitest';

import type { JsonObject, JsonValue } from '@haven/kernel';

import { compareRecords, matchesFilter } from './evaluate.js';
import { EvaluationWork, FilterTooExpensive } from './evaluation-work.js';
import { parseFilter } from './parse-filter.js';
import { isPosition, positionOf } from './position.js';
import { parseSort } from './sort.js';
import type { TypedSortField } from './sort-item.js';

const limits = { filterDepth: 10, filterOperators: 100, inLength: 500, patternLength: 256, sortFields: 5 };
const id = '018f0000-0000-7000-8000-00000000000a';
const record = (data: JsonObject) => ({
  id,
  version: 2,
  createdAt: new Date('2024-02-29T00:00:00.123Z'),
  updatedAt: '2024-03-01T00:00:00+01:00',
  data,
});
const holds = (data: JsonObject, filter: JsonValue) => matchesFilter(parseFilter(filter, limits), record(data));

describe('a filter in memory', () => {
  it.each<[JsonValue, JsonValue]>([
    [{ _eq: { x: 1, y: [1, 2] } }, { y: [1, 2], x: 1 }],
    [{ _ne: [1, 2] }, [2, 1]],
    [{ _ne: '1' }, 1],
    [{ _gt: '\uffff' }, '😀'],
    [{ _in: [[1], 'a'] }, 'a'],
    [{ _nin: [] }, 1],
    [{ _isNull: true, _exists: true }, null],
    [{ _isNull: false }, false],
    [{ _startsWith: 'ab' }, 'abc'],
    [{ _like: 'a_c%' }, 'a😀cd'],
    [{ _like: '%a%b\\%' }, 'xaxaxbxb%'],
    [{ _ilike: 'aÉ%ς' }, 'AéB\u03a3'],
    [{ $caseless: 'ÄRA' }, 'ära'],
    [{ _in: [1, { $caseless: 'x' }] }, 'X'],
    [{ _gt: { $caseless: 'B' } }, 'c'],
    [{ _startsWith: { $caseless: 'ÄR' } }, 'ära'],
    [{ $dateTime: '2024-02-29T12:00:00Z' }, '2024-02-29T14:00:00.000+02:00'],
    [{ _lt: { $dateTime: '2024-02-29T12:00:00Z' } }, '2024-02-29T13:59:59+02:00'],
    [{ _nin: [{ $dateTime: '2024-02-29T12:00:00Z' }] }, 'never'],
    [{ _contains: 1 }, [2, 1]],
    [{ _contains: [1, [2]] }, [[3, 2], 1]],
    [{ _contains: { x: 1 } }, { x: 1, y: 2 }],
    [{ _contains: { x: [] } }, [{ x: [1] }]],
    [{ _some: { _gt: 1 } }, [1, 'x', 2]],
    [{ _some: { x: 1, y: { _gte: 2 } } }, [{ x: 1 }, { x: 1, y: 2 }]],
    [{ _some: { _eq: 1 } }, [[1], 1]],
    [{ _some: { _eq: [1] } }, [1, [1]]],
    [{ _some: { _contains: 1 } }, [1, [2, 1]]],
    [{ _some: { x: null } }, [{ x: null }]],
    [{ _some: { _exists: true } }, [null]],
    [{ _some: {} }, [null]],
    [{ _some: { _some: { _gt: 1 } } }, [1, [1, 2]]],
    [{ _some: { 'x.y': { _size: 2 } } }, [{ x: { y: [1, 2] } }]],
    [{ _some: { _not: { x: 1 } } }, [{ x: 1 }, 5]],
    [{ _every: { _gt: 1 } }, [2, 3]],
    [{ _every: { _gt: 1 } }, []],
    [{ _every: { _or: [{ _isNull: true }, { x: 1 }] } }, [null, { x: 1 }]],
    [{ _none: { x: 1 } }, [{ x: 2 }, 1]],
    [{ _none: {} }, []],
    [{ _none: {} }, 'text'],
    [{ _size: 0 }, []],
    [{ _size: { _gt: 1, _lte: 3 } }, [1, 2, 3]],
    [{ _size: { _in: [1, 2] } }, [[1, 2, 3]]],
    [{ _size: { _ne: 1 } }, {}],
    [{ _size: { _nin: [0] } }, 'text'],
  ])('%j holds for %j', (condition, value) => expect(holds({ a: value }, { a: condition })).toBe(true));

  it.each<[JsonValue, JsonValue]>([
    [{ _eq: 1 }, [1]],
    [{ _gt: 1 }, '2'],
    [{ _lt: 1 }, null],
    [{ _startsWith: 'A' }, 'abc'],
    [{ _like: 'a' }, 'A'],
    [{ _like: '1' }, 1],
    [{ _ilike: 'ß' }, 'SS'],
    [{ $caseless: '1' }, 1],
    [{ _lte: { $dateTime: '2024-02-29T12:00:00Z' } }, '2024-02-30T00:00:00Z'],
    [{ _gte: { $dateTime: '2024-02-29T12:00:00Z' } }, 5],
    [{ _contains: 1 }, 1],
    [{ _contains: 1 }, [[1]]],
    [{ _contains: [1] }, 1],
    [{ _contains: { x: 1 } }, [[{ x: 1 }]]],
    [{ _some: { _eq: 1 } }, [[1]]],
    [{ _some: { x: 1, y: 2 } }, [{ x: 1 }, { y: 2 }]],
    [{ _some: { _exists: false } }, [null]],
    [{ _some: {} }, []],
    [{ _some: {} }, { 0: 1, length: 1 }],
    [{ _some: { _eq: 'a' } }, 'a'],
    [{ _every: { _gt: 1 } }, [2, '3']],
    [{ _every: {} }, { x: 1 }],
    [{ _every: {} }, null],
    [{ _none: { _size: 0 } }, [[]]],
    [{ _size: 1 }, { x: 1 }],
    [{ _size: { _gte: 0 } }, 'text'],
    [{ _size: { _lt: 1 } }, null],
  ])('%j does not hold for %j', (condition, value) => expect(holds({ a: value }, { a: condition })).toBe(false));

  it('matches a missing member only with negative operators', () => {
    const passing = ['_eq', '_ne', '_gt', '_lt', '_like', '_contains'].filter((name) =>
      holds({}, { a: { [name]: 'x' } }),
    );
    expect(passing).toEqual(['_ne']);
    const onElements = ['_some', '_every', '_none'].filter((name) => holds({}, { a: { [name]: {} } }));
    expect(onElements).toEqual(['_none']);
    expect(holds({}, { a: { _size: 0 } })).toBe(false);
    expect(holds({}, { a: { _size: { _ne: 0 } } })).toBe(true);
    expect(holds({}, { a: { _nin: [1], _isNull: true, _exists: false } })).toBe(true);
    expect(holds({}, { a: null })).toBe(false);
  });

  it('compares system fields', () => {
    expect(holds({}, { $id: id.toUpperCase(), $version: { _gte: 2 } })).toBe(true);
    expect(holds({}, { $createdAt: '2024-02-29T01:00:00.123000+01:00' })).toBe(true);
    expect(holds({}, { $updatedAt: { _lt: '2024-03-01T00:00:00Z' } })).toBe(true);
  });

  it('matches a pattern designed to backtrack in linear time', () => {
    const pattern = `${'%a'.repeat(9)}%b`;
    expect(holds({ a: 'a'.repeat(100_000) }, { a: { _like: pattern } })).toBe(false);
  });
});

describe('the work of a filter in memory', () => {
  const list = (count: number, value: JsonValue = 0) => Array<JsonValue>(count).fill(value);
  const CONDITION = 4;
  const worksWith = (steps: number, value: JsonValue, filter: JsonValue) => {
    try {
      matchesFilter(parseFilter({ a: filter }, limits), record({ a: value }), new EvaluationWork(steps));
      return true;
    } catch (error) {
      if (error instanceof FilterTooExpensive) return false;
      throw error;
    }
  };

  it.each<[string, number, JsonValue, JsonValue]>([
    ['scalars that a list contains', 1_000, list(1_000), { _contains: [1, 2, 3, 4, 5] }],
    ['objects that a list contains', 2_000, [...list(999, {}), { b: 1 }], { _contains: [{ b: 1 }, {}] }],
    ['a search for text', 4 * 3 + 1_000 / 8, 'x'.repeat(1_000), { _like: '%y%' }],
    ['a search with placeholders', 4 * 4 + 1_000 + 2, 'x'.repeat(1_000), { _like: '%_y%' }],
    ['a comparison that ignores case', 1_000, 'x'.repeat(1_000), { _eq: { $caseless: 'y' } }],
    ['a comparison with an instant', 1_000, 'x'.repeat(1_000), { _eq: { $dateTime: '2024-02-29T12:00:00Z' } }],
    ['a search for text that ignores case', 1_000 + 3 + 4 * 3 + 1_000 / 8, 'x'.repeat(1_000), { _ilike: '%y%' }],
    ['a comparison of texts', 3, 'xyz', { _gt: 'xyzxyz' }],
    ['a list of values', 3, 5, { _in: [1, 2, 3] }],
    ['a list of texts without case', 3 + 2, 'xyz', { _in: [{ $caseless: 'a' }, { $caseless: 'b' }] }],
    ['equality of arrays', 1_000 + 1, [...list(999), { b: 1 }], { _eq: [...list(999), { b: 1 }] }],
    ['conditions on elements', 1_000 * CONDITION, list(1_000), { _some: { _eq: 1 } }],
    ['conditions on all elements', 1_000 * CONDITION, list(1_000), { _every: { _eq: 0 } }],
    ['conditions on no element', CONDITION + 1_000 * CONDITION, list(1_000), { _none: { _eq: 1 } }],
    [
      'nested conditions',
      10 * 3 * CONDITION + 100 * CONDITION,
      list(10, list(10)),
      { _some: { _every: { _eq: 0 }, x: 1 } },
    ],
  ])('is limited: %s', (_, steps, value, filter) => {
    expect(worksWith(CONDITION + steps, value, filter)).toBe(true);
    expect(worksWith(CONDITION + steps - 1, value, filter)).toBe(false);
  });

  it('adds up over the operators of a filter', () => {
    const filter = parseFilter({ _or: [{ a: { _contains: [1] } }, { a: { _contains: [2] } }] }, limits);
    const run = (steps: number) => matchesFilter(filter, record({ a: list(1_000) }), new EvaluationWork(steps));
    const work = 3 * CONDITION + 2_000;
    expect(run(work)).toBe(false);
    expect(() => run(work - 1)).toThrow(FilterTooExpensive);
  });
});

describe('a sort in memory', () => {
  it('orders values by type, and strings by code point', () => {
    const ascending = [undefined, null, false, true, -1, 0, 1.5, '', 'A', 'a', '\uffff', '😀', [], {}];
    const records = ascending.map((value) => record(value === undefined ? {} : { a: value }));
    expect(records.toReversed().toSorted(compareRecords(parseSort('a', limits)))).toEqual(records);
    expect(records.toSorted(compareRecords(parseSort('-a', limits)))).toEqual(records.toReversed());
  });

  it('orders instants before other strings, and folded texts', () => {
    const sorted = (sort: TypedSortField, values: string[]) =>
      values
        .map((value) => record({ a: value }))
        .toSorted(compareRecords(parseSort([sort], limits)))
        .map(({ data }) => data['a']);
    const times = [
      '2024-01-01T01:00:00+02:00',
      '2024-01-01T00:00:00Z',
      '2024-01-01T00:00:00.1Z',
      '!',
      '2024-02-30T00:00:00Z',
    ];
    expect(sorted({ path: 'a', type: 'dateTime' }, times.toReversed())).toEqual(times);
    expect(sorted({ path: '-a', type: 'dateTime' }, times)).toEqual(times.toReversed());
    expect(sorted({ path: 'a', caseless: true }, ['b', 'É', 'é', 'A'])).toEqual(['A', 'b', 'É', 'é']);
  });

  it('compares three fields by at most 2,560 bytes', () => {
    const [left, right] = ['a', 'b'].map((c) =>
      record({ a: '😀'.repeat(256), b: '😀'.repeat(256), c: '😀'.repeat(130) + c }),
    );
    const order = (sort: string) => left && right && compareRecords(parseSort(sort, limits))(left, right);
    expect(order('a,b,c')).toBe(0);
    expect(order('c,a,b')).toBeLessThan(0);
    expect(order('-c,a,b')).toBeGreaterThan(0);
  });

  it('compares only the first 256 characters of a string', () => {
    const [left, right] = ['a', 'b'].map((tail) => record({ a: '😀'.repeat(256) + tail }));
    expect(left && right && compareRecords(parseSort('a', limits))(left, right)).toBe(0);
  });
});

describe('a position', () => {
  const sort = parseSort('a,-$updatedAt', limits);

  it('survives a round trip through JSON', () => {
    const position = positionOf(sort, record({ a: 'x' }));
    expect(position).toEqual([4, 0, 'x', '2024-02-29T23:00:00.000Z', id]);
    expect(isPosition(sort, JSON.parse(JSON.stringify(position)))).toBe(true);
  });

  it.each([
    null,
    [],
    [4, 0, 'x', '2024-02-29T23:00:00.000Z'],
    [4, 0, 'x', '2024-02-29T23:00:00.000Z', id, 1],
    [4, 0, 'x', null, id],
    [4, 0, 'x', '2024-02-29', id],
    [4, 0, 'x', '2024-02-29T23:00:00.000Z', 'x'],
    [7, 0, 'x', '2024-02-29T23:00:00.000Z', id],
    [4, '0', 'x', '2024-02-29T23:00:00.000Z', id],
    [4, 0, 'x\0', '2024-02-29T23:00:00.000Z', id],
    [4, 0, 'x'.repeat(257), '2024-02-29T23:00:00.000Z', id],
  ])('rejects %j', (value) => expect(isPosition(sort, value)).toBe(false));
});
