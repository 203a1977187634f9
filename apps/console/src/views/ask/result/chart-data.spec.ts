import { expect, it } from 'vitest';

import { chartDataOf } from './chart-data.js';
import type { AggregateGroup } from './chart-data.js';

function group(key: AggregateGroup['key'], values: AggregateGroup['values']): AggregateGroup {
  return { key, values, ignored: {} };
}

const count = { name: 'count', label: 'Records' };

it('draws a series for each computed column', () => {
  const groups = [group({ genre: 'drama' }, { count: 2, min: 1 }), group({ genre: null }, { count: 1, min: 'text' })];
  const columns = [count, { name: 'min', label: 'Minimum of year' }];
  const result = { groups, truncated: false };
  expect(chartDataOf({ result, type: 'bars', groups: ['genre'], columns, timeZone: null })).toMatchObject({
    x: [0, 1],
    labels: ['drama', 'none'],
    series: [
      { label: 'Records', values: [2, 1] },
      { label: 'Minimum of year', values: [1, null] },
    ],
  });
});

it('draws a series for each value of the second group, by time', () => {
  const groups = [
    group({ month: '2026-02-01T00:00:00Z', genre: 'drama' }, { count: 2 }),
    group({ month: '2026-01-01T00:00:00Z', genre: 'comedy' }, { count: 3 }),
    group({ month: null, genre: 'comedy' }, { count: 9 }),
  ];
  const input = { type: 'lines', groups: ['month', 'genre'], columns: [count], timeZone: 'UTC' } as const;
  const data = chartDataOf({ result: { groups, truncated: false }, ...input });
  expect(data?.series).toEqual([
    { label: 'drama', values: [null, 2] },
    { label: 'comedy', values: [3, null] },
  ]);
  expect(data?.x).toEqual([Date.UTC(2026, 0) / 1_000, Date.UTC(2026, 1) / 1_000]);
});

it('draws nothing without groups or numbers', () => {
  const input = {
    result: { groups: [group({}, { count: 1 })], truncated: false },
    type: 'bars',
    timeZone: null,
  } as const;
  expect(chartDataOf({ ...input, groups: [], columns: [count] })).toBe(null);
  expect(chartDataOf({ ...input, groups: ['genre'], columns: [{ name: 'none', label: '' }] })).toBe(null);
});
