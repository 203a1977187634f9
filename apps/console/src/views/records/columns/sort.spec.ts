import { expect, it } from 'vitest';

import { parseSort, printSort, sentSort, toggled } from './sort.js';

it('reads a sort and prints it again', () => {
  const text = String.raw`-year,title,\-x,-Gross\, worldwide`;
  expect(parseSort(text)).toEqual([
    { path: 'year', isDescending: true },
    { path: 'title', isDescending: false },
    { path: String.raw`\-x`, isDescending: false },
    { path: String.raw`Gross\, worldwide`, isDescending: true },
  ]);
  expect(printSort(parseSort(text))).toBe(text);
  expect(parseSort('')).toEqual([]);
});

it('goes from ascending to descending to none', () => {
  const ascending = toggled([], 'year', 'none');
  const descending = toggled(ascending, 'year', 'none');
  expect(printSort(ascending)).toBe('year');
  expect(printSort(descending)).toBe('-year');
  expect(toggled(descending, 'year', 'none')).toEqual([]);
});

it('keeps the other columns with Shift', () => {
  expect(printSort(toggled(parseSort('-year'), 'title', 'others'))).toBe('-year,title');
  expect(printSort(toggled(parseSort('-year,title'), 'rating', 'none'))).toBe('rating');
});

it('compares declared date-times as instants', () => {
  const column = { path: 'due', names: ['due'], label: 'due', type: 'dateTime', isDeclared: true } as const;
  expect(sentSort(parseSort('-due,title'), [column])).toEqual([{ path: '-due', type: 'dateTime' }, 'title']);
});
