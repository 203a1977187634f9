import { expect, it } from 'vitest';

import { bodyOf, columnLabel } from './ask-body.js';
import { readAsk, withoutColumn, withoutGroup, writeAsk } from './ask-state.js';
import type { Ask } from './ask-state.js';

const ask: Ask = {
  collection: 'films',
  filter: { year: { _gte: 1990 } },
  asOf: null,
  groups: [
    { path: 'released', bucket: 'year', timeZone: 'Europe/Oslo' },
    { path: 'genre', bucket: null, timeZone: 'UTC' },
    { path: 'released', bucket: 'month', timeZone: 'UTC' },
  ],
  columns: [
    { fn: 'count', path: '', fraction: 0.5 },
    { fn: 'percentile', path: 'studio.rating', fraction: 0.95 },
  ],
  having: [{ column: 0, comparison: '_gt', value: '3' }],
  sort: '-value 1',
  limit: 20,
  chart: 'lines',
};

it('makes the body of the request', () => {
  expect(bodyOf(ask)).toEqual({
    filter: { year: { _gte: 1990 } },
    groupBy: [
      { path: 'released', bucket: 'year', timeZone: 'Europe/Oslo' },
      'genre',
      { path: 'released', bucket: 'month', name: 'released 3' },
    ],
    compute: { count: 'count', percentile95_studio_rating: { percentile: ['studio.rating', 0.95] } },
    having: { count: { _gt: 3 } },
    sort: ['-percentile95_studio_rating'],
    limit: 20,
  });
});

it('is a part of the URL', () => {
  expect(readAsk(new URLSearchParams(writeAsk(ask).toString()))).toEqual(ask);
});

it('leaves out what is not valid in a URL', () => {
  const read = readAsk(
    new URLSearchParams('collection=a&filter=[]&ask={"groups":[1,{"path":2}],"columns":"x","limit":-1}'),
  );
  expect(read).toMatchObject({ filter: {}, groups: [], columns: [{ fn: 'count' }], limit: 100 });
});

it('labels the columns', () => {
  expect(ask.columns.map(columnLabel)).toEqual(['Records', 'Percentile 95 of studio.rating']);
});

it('sorts by a group that follows one without a path', () => {
  const empty = { path: '', bucket: null, timeZone: 'UTC' };
  expect(bodyOf({ ...ask, groups: [empty, ...ask.groups], sort: 'key 2' })).toMatchObject({ sort: ['genre'] });
  expect(bodyOf({ ...ask, groups: [empty, ...ask.groups], sort: 'key 0' })).not.toHaveProperty('sort');
});

it('keeps the order and the conditions of what is left when a column or a group is removed', () => {
  const [count, percentile] = ask.columns;
  const having = [...ask.having, { column: 1, comparison: '_lt', value: '9' } as const];
  expect(withoutColumn({ ...ask, having }, 0)).toEqual({
    ...ask,
    columns: [percentile],
    having: [{ column: 0, comparison: '_lt', value: '9' }],
    sort: '-value 0',
  });
  expect(withoutColumn(ask, 1)).toEqual({ ...ask, columns: [count], sort: '' });
  const groups = ask.groups.slice(1);
  expect(withoutGroup({ ...ask, sort: 'key 2' }, 0)).toEqual({ ...ask, groups, sort: 'key 1' });
  expect(withoutGroup({ ...ask, sort: 'key 0' }, 0)).toEqual({ ...ask, groups, sort: '' });
  expect(withoutGroup(ask, 0)).toEqual({ ...ask, groups });
});
