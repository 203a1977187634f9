import { describe, expect, it } from 'vitest';

import type { HavenConfig } from '@haven/config';

import { indexCapacityProblem } from './index-capacity.js';

const configWith = (indexesPerDatabase: number) =>
  ({
    limits: { indexesPerDatabase },
    server: { workers: 1 },
    database: { poolSize: 7, streamPoolSize: 3 },
  }) as HavenConfig;

/** 25 backends and the default lock table: 256 indexes are safe. */
const load = { existing: 200, locksPerTransaction: 64, connections: 100, preparedTransactions: 0, connected: 1 };

describe('indexCapacityProblem', () => {
  it('is null up to the limit', () => {
    expect(indexCapacityProblem(load, 50, configWith(250))).toBeNull();
    expect(indexCapacityProblem(load, 56, configWith(500))).toBeNull();
  });

  it('names the setting', () => {
    expect(indexCapacityProblem(load, 51, configWith(250))).toMatch(
      /may have 250 declared indexes \(limits\.indexesPerDatabase\); it has 200, and this would add 51/,
    );
  });

  it("names the server's parameter if the lock table is too small", () => {
    expect(indexCapacityProblem(load, 57, configWith(500))).toMatch(
      /large enough for 256 declared indexes.*max_locks_per_transaction \(64\)/,
    );
  });
});
