import { expect, it } from 'vitest';

import { askPath, readState, writeState } from './list-state.js';

it('reads a state and writes it again', () => {
  const text = 'filter=%7B%22year%22%3A1995%7D&sort=-year%2Ctitle&search=heat&asOf=2026-01-01T00%3A00%3A00Z';
  expect(writeState(readState(new URLSearchParams(text))).toString()).toBe(text);
});

it('leaves out what is not valid', () => {
  const state = readState(new URLSearchParams('filter=[1]&other=1'));
  expect(state).toEqual({ filter: {}, sort: [], search: '', asOf: null });
  expect(writeState(state).toString()).toBe('');
});

it('asks about the records that match the filter and the search', () => {
  const state = { ...readState(new URLSearchParams('sort=year&search=heat')), filter: { year: 1995 } };
  const params = new URLSearchParams(askPath('a/b', state).replace('/ask?', ''));
  expect([...params]).toEqual([
    ['collection', 'a/b'],
    ['filter', '{"year":1995,"_search":"heat"}'],
  ]);
});
