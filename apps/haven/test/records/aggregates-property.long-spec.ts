import { expect, it } from 'vitest';

import { compareAggregates } from '../support/aggregate-property.js';
import { startHaven } from '../support/haven.js';

const haven = startHaven();

it.each([
  [[], 80],
  [['number'], 80],
  [['text', 'number,text'], 80],
  [['number'], 400],
  [[], 400],
])(
  'returns what the definition says for 1,000 random aggregates, with the indexes %j and %i records',
  async (indexes, records) => {
    const seed = Date.now() % 2 ** 32;
    expect(await compareAggregates(haven, { seed, queries: 1_000, moments: 4, records, indexes })).toBeGreaterThan(
      1_000,
    );
  },
);
