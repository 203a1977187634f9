import { expect, it } from 'vitest';

import { bodyOf, columnLabel } from './ask-body.js';
import { readAsk, writeAsk } from './ask-state.js';
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
