import { expect, it } from 'vitest';

import { compareAggregates } from '../support/aggregate-property.js';
import { startHaven } from '../support/haven.js';

const haven = startHaven();

it('returns what the definition of aggregates says, for random aggregates of random documents', async () => {
  const seed = Date.now() % 2 ** 32;
  const property = { seed, queries: 100, moments: 3, records: 80, indexes: ['number'] };
  expect(await compareAggregates(haven, property)).toBeGreaterThan(100);
});
