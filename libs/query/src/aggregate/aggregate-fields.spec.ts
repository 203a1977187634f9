import { describe, expect, it } from 'vitest';

import type { JsonValue } from '@haven/kernel';

import { parseFilter } from '../parse-filter.js';
import { missingAggregateIndexes } from './aggregate-fields.js';
import { parseAggregate } from './parse-aggregate.js';

const limits = {
  ...{ filterDepth: 10, filterOperators: 100, inLength: 500, patternLength: 256, sortFields: 3 },
  ...{ groupByFields: 8, aggregateColumns: 20, aggregateGroups: 100 },
};
const SUM = { total: { sum: 'price' } };

function missing(input: { groupBy?: JsonValue[]; compute?: { [name: string]: JsonValue } }, filter: JsonValue = {}) {
  const query = parseAggregate(input, limits);
  return missingAggregateIndexes(query, parseFilter(filter, limits), [], limits).map(({ path }) => path);
}

describe('the index that a slow aggregate lacks', () => {
  it('has the fields of the filter, the groups and the columns', () => {
    expect(missing({ groupBy: ['genre'], compute: SUM })).toEqual(['genre,price']);
    expect(missing({ groupBy: ['genre'], compute: SUM }, { year: 2000 })).toEqual(['year,genre,price']);
  });

  it.each<[string, Parameters<typeof missing>, string[]]>([
    ['the filter is not the ranges of an index', [{ compute: SUM }, { tags: { _some: { _gt: 1 } } }], ['tags']],
    ['the filter has alternatives', [{ compute: SUM }, { _or: [{ year: 1 }, { genre: 'x' }] }], []],
    ['a group is a period', [{ groupBy: [{ path: 'due', bucket: 'month' }], compute: SUM }], []],
    ['a field belongs to the record', [{ groupBy: ['$version'], compute: SUM }], []],
    ['it would have too many fields', [{ groupBy: ['a', 'b', 'c'], compute: SUM }], []],
  ])('is not one of all fields if %s', (_, args, paths) => {
    expect(missing(...args)).toEqual(paths);
  });
});
