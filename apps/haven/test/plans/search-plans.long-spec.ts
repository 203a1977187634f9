import { randomUUID } from 'node:crypto';

import { beforeAll, beforeEach, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import { fillTexts } from './searched-records.js';
import { costOf } from './statement-cost.js';

const haven = startHaven(['database.statementTimeout=60s']);
let tenant: string;

beforeAll(async () => {
  haven.tenant = tenant = randomUUID();
  await fillTexts(haven);
}, 900_000);

beforeEach(() => {
  haven.tenant = tenant;
});

it.each<[string, number, object, number]>([
  ['a rare word, newest first', 10, { filter: { _search: 'needle' } }, 1_500],
  ['a common word, newest first', 20, { filter: { _search: 'w1' } }, 500],
  ['a word that is in 7% of the records, newest first', 20, { filter: { _search: 'w40' } }, 10_000],
  ['a word that is in 1% of the records, newest first', 20, { filter: { _search: 'w300' } }, 20_000],
  ['a rare word, by year', 10, { filter: { _search: 'needle' }, sort: 'year' }, 2_500],
  ['a common word, by year', 20, { filter: { _search: 'w1' }, sort: 'year' }, 2_500],
  ['a rare word, by a field without an index', 10, { filter: { _search: 'needle' }, sort: 'n' }, 500],
  ['a common word of a year', 20, { filter: { _search: 'w1', year: 1950 } }, 25_000],
  ['a rare word, best first', 10, { filter: { _search: 'needle' }, sort: '$score' }, 1_000],
  ['a common word, best first', 20, { filter: { _search: 'w1' }, sort: '$score' }, 2_500],
  ['a word that is in 7% of the records, best first', 20, { filter: { _search: 'w40' }, sort: '$score' }, 15_000],
  ['a word that is in 1% of the records, best first', 20, { filter: { _search: 'w300' }, sort: '$score' }, 60_000],
  ['two common words, best first', 20, { filter: { _search: 'w1 w10' }, sort: '$score' }, 6_000],
  ['a rare word, counted', 10, { filter: { _search: 'needle' }, count: 'exact' }, 2_000],
])('a million records: %s', async (_what, found, body, pages) => {
  const query = () => haven.rest('POST', '/collections/texts/query', { ...body, limit: 20 });
  expect((await query()).body.items).toHaveLength(found); // also reads the settings, which are then cached
  const cost = await costOf(haven, query);
  expect(cost.buffers).toBeLessThan(pages);
  expect(cost.scanned).toEqual([]);
});
