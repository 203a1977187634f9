import { describe, expect, it } from 'vitest';

import { HavenError } from '@haven/kernel';

import { parseAggregate } from './parse-aggregate.js';
import type { AggregateInput } from './parse-aggregate.js';

const limits = {
  filterDepth: 10,
  filterOperators: 100,
  inLength: 500,
  patternLength: 256,
  sortFields: 5,
  groupByFields: 3,
  aggregateColumns: 2,
  aggregateGroups: 50,
};
const n = { n: 'count' };

function errorOf(input: AggregateInput): [code: string, pointer: string | undefined] {
  try {
    parseAggregate(input, limits);
  } catch (error) {
    if (error instanceof HavenError) return [error.code, error.extras.errors?.[0]?.pointer];
    throw error;
  }
  throw new Error(`${JSON.stringify(input)} was parsed.`);
}

describe('parseAggregate', () => {
  it('reads all parts', () => {
    const query = parseAggregate(
      {
        groupBy: ['a.b', { path: 'due', bucket: 'week', timeZone: 'Europe/Oslo', name: 'when' }, '$version'],
        compute: { n: 'count', p: { percentile: ['$version', 0.5] } },
        having: { n: { _gt: 1 } },
        sort: '-n,when',
        limit: 7,
      },
      limits,
    );
    expect(query).toEqual({
      groupBy: [
        { name: 'a.b', field: { path: ['a', 'b'] } },
        { name: 'when', field: { path: ['due'] }, bucket: { unit: 'week', timeZone: 'Europe/Oslo' } },
        { name: '$version', field: { system: 'version' } },
      ],
      compute: [
        { name: 'n', function: 'count' },
        { name: 'p', function: 'percentile', field: { system: 'version' }, fraction: 0.5 },
      ],
      having: { kind: 'data', path: ['n'], condition: { operator: '_gt', operand: 1 } },
      sort: [
        { name: 'n', direction: 'descending' },
        { name: 'when', direction: 'ascending' },
      ],
      limit: 7,
      measures: [
        { kind: 'records' },
        { kind: 'unbucketed', group: 1 },
        { kind: 'present', field: { system: 'version' } },
        { kind: 'numbers', field: { system: 'version' } },
        { kind: 'percentile', field: { system: 'version' }, fraction: 0.5 },
      ],
    });
    expect(parseAggregate({ compute: n }, limits).limit).toBe(50);
  });

  it('determines each measure once', () => {
    const compute = { total: { sum: 'a' }, mean: { avg: '\\a' } };
    expect(parseAggregate({ compute }, limits).measures.map(({ kind }) => kind)).toEqual([
      'records',
      'present',
      'numbers',
      'sum',
    ]);
  });

  it('reads names with commas and minus signs in a sort', () => {
    const groupBy = ['a\\,b', '-c', { path: 'x', name: 'x,y' }];
    const sorts = { list: ['x,y', '-a\\,b', '\\-c'], text: '-a\\,b,x\\,y,-c', several: ['-c,a\\,b'] };
    const parsed = Object.values(sorts).map((sort) =>
      parseAggregate({ groupBy, sort }, limits).sort.map(({ name, direction }) => `${direction} ${name}`),
    );
    expect(parsed).toEqual([
      ['ascending x,y', 'descending a\\,b', 'ascending -c'],
      ['descending a\\,b', 'ascending x,y', 'ascending -c'],
      ['ascending -c', 'ascending a\\,b'],
    ]);
  });

  it.each<[AggregateInput, string]>([
    [{}, ''],
    [{ groupBy: [], compute: {} }, ''],
    [{ groupBy: 'a' }, '/groupBy'],
    [{ groupBy: { path: 'a' } }, '/groupBy'],
    [{ groupBy: [null] }, '/groupBy/0'],
    [{ groupBy: ['a', ['b']] }, '/groupBy/1'],
    [{ groupBy: [''] }, '/groupBy/0'],
    [{ groupBy: ['a..b'] }, '/groupBy/0'],
    [{ groupBy: ['$nope'] }, '/groupBy/0'],
    [{ groupBy: ['__proto__'] }, '/groupBy/0'],
    [{ groupBy: ['a\u0000'] }, '/groupBy/0'],
    [{ groupBy: [{}] }, '/groupBy/0/path'],
    [{ groupBy: [{ path: 1 }] }, '/groupBy/0/path'],
    [{ groupBy: [{ path: 'a.' }] }, '/groupBy/0/path'],
    [{ groupBy: [{ path: 'a', by: 'month' }] }, '/groupBy/0/by'],
    [{ groupBy: [{ path: 'a', bucket: 'minute' }] }, '/groupBy/0/bucket'],
    [{ groupBy: [{ path: '$version', bucket: 'day' }] }, '/groupBy/0/bucket'],
    [{ groupBy: [{ path: '$id', bucket: 'day' }] }, '/groupBy/0/bucket'],
    [{ groupBy: [{ path: 'a', timeZone: 'UTC' }] }, '/groupBy/0/timeZone'],
    [{ groupBy: [{ path: 'a', bucket: 'day', timeZone: '+01:00' }] }, '/groupBy/0/timeZone'],
    [{ groupBy: [{ path: 'a', bucket: 'day', timeZone: 1 }] }, '/groupBy/0/timeZone'],
    [{ groupBy: [{ path: 'a', name: '' }] }, '/groupBy/0/name'],
    [{ groupBy: [{ path: 'a', name: 1 }] }, '/groupBy/0/name'],
    [{ groupBy: [{ path: 'a', name: '__proto__' }] }, '/groupBy/0/name'],
    [{ groupBy: [{ path: 'a', name: 'é'.repeat(257) }] }, '/groupBy/0/name'],
    [{ groupBy: ['a', 'a'] }, '/groupBy/1'],
    [{ groupBy: ['n'], compute: n }, '/groupBy/0'],
    [{ compute: [] }, '/compute'],
    [{ compute: 'count' }, '/compute'],
    [{ compute: { '': 'count' } }, '/compute/'],
    [{ compute: { '1n': 'count' } }, '/compute/1n'],
    [{ compute: { 'a~/b': 'count' } }, '/compute/a~0~1b'],
    [{ compute: { ['n'.repeat(65)]: 'count' } }, `/compute/${'n'.repeat(65)}`],
    [{ compute: { n: 'sum' } }, '/compute/n'],
    [{ compute: { n: null } }, '/compute/n'],
    [{ compute: { n: {} } }, '/compute/n'],
    [{ compute: { n: { sum: 'a', avg: 'a' } } }, '/compute/n'],
    [{ compute: { n: { median: 'a' } } }, '/compute/n/median'],
    [{ compute: { n: { sum: 1 } } }, '/compute/n/sum'],
    [{ compute: { n: { sum: 'a..b' } } }, '/compute/n/sum'],
    [{ compute: { n: { percentile: 'a' } } }, '/compute/n/percentile'],
    [{ compute: { n: { percentile: ['a'] } } }, '/compute/n/percentile'],
    [{ compute: { n: { percentile: ['a', 0.5, 1] } } }, '/compute/n/percentile'],
    [{ compute: { n: { percentile: ['a', '0.5'] } } }, '/compute/n/percentile/1'],
    [{ compute: { n: { percentile: ['a', 1.01] } } }, '/compute/n/percentile/1'],
    [{ compute: { n: { percentile: ['a', -0.1] } } }, '/compute/n/percentile/1'],
    [{ compute: { n: { percentile: ['a.', 0] } } }, '/compute/n/percentile/0'],
    [{ compute: n, having: [] }, '/having'],
    [{ compute: n, having: { m: 1 } }, '/having/m'],
    [{ compute: n, having: { m: { _size: 1 } } }, '/having/m/_size'],
    [{ compute: n, having: { m: { _some: { a: 1 } } } }, '/having/m/_some'],
    [{ compute: n, having: { _search: 'x' } }, '/having/_search'],
    [{ compute: n, having: { n: { x: 1 } } }, '/having/n/x'],
    [{ compute: n, having: { $version: 1 } }, '/having/$version'],
    [{ compute: n, having: { _or: [{ n: 1 }, { _not: { n: { _near: 1 } } }] } }, '/having/_or/1/_not/n/_near'],
    [{ groupBy: ['a'], having: { a: 1 } }, '/having/a'],
    [{ compute: n, sort: 'm' }, '/sort'],
    [{ compute: n, sort: ['n', '-n'] }, '/sort/1'],
    [{ compute: n, sort: ['n', '-m'] }, '/sort/1'],
    [{ compute: n, sort: ',' }, '/sort'],
  ])('refuses %j', (input, pointer) => {
    expect(errorOf(input)).toEqual(['AGGREGATE_INVALID', pointer]);
  });

  it('refuses more than the limits allow', () => {
    expect(errorOf({ groupBy: ['a', 'b', 'c', 'd'] })).toEqual(['LIMIT_EXCEEDED', '/groupBy']);
    expect(errorOf({ compute: { a: 'count', b: 'count', c: 'count' } })).toEqual(['LIMIT_EXCEEDED', '/compute']);
    expect(errorOf({ compute: n, limit: 51 })).toEqual(['LIMIT_EXCEEDED', '/limit']);
    expect(errorOf({ compute: n, limit: 0 })).toEqual(['VALIDATION_FAILED', '/limit']);
    expect(errorOf({ compute: n, having: { n: { _in: Array.from({ length: 501 }, () => 1) } } })).toEqual([
      'LIMIT_EXCEEDED',
      '/having/n/_in',
    ]);
  });
});
