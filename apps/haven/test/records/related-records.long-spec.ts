import { expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import { randomFrom } from '../support/random.js';
import { comparePages, createFilms } from './related-lists.js';

const haven = startHaven(['limits.graphqlCost=100000']);
const seed = Date.now() % 1_000_000;

/** With so many films, some people have more than the statement reads before it tries other ways to find them. */
const FILMS = 6_000;

it(`reads the pages of records with many and with few referring records as the list does (seed ${seed})`, async () => {
  const related = await createFilms(haven, FILMS, randomFrom(seed));
  await haven.sql('ANALYZE haven.records, haven.index_entries, haven.events');
  const [{ most }] = await haven.sql(
    `SELECT max(films) AS most FROM (
       SELECT count(*)::integer AS films FROM haven.records WHERE tenant_id = $1 GROUP BY data -> 'director'
     ) AS directors`,
    [haven.tenant],
  );
  expect(most).toBeGreaterThan(2_500);
  const random = randomFrom(seed + 1);
  for (let run = 0; run < 30; run++) await comparePages(haven, related, random);
});
