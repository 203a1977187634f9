import { describe, expect, it } from 'vitest';

import { backendsOf, safeIndexCount } from './declared-indexes.js';

/** The defaults of PostgreSQL: a lock table with 6,400 objects and 12,800 pairs of an object and a backend. */
const defaults = { existing: 0, locksPerTransaction: 64, connections: 100, preparedTransactions: 0, connected: 1 };

describe('safeIndexCount', () => {
  it('lets all backends together lock all indexes within half of the lock table', () => {
    for (const backends of [2, 7, 25, 100]) {
      const most = safeIndexCount(defaults, backends);
      expect(most * backends).toBeLessThanOrEqual(6_400);
      expect((most + 1) * backends).toBeGreaterThan(6_400);
    }
  });

  it('grows with the lock table', () => {
    expect(safeIndexCount(defaults, 25)).toBe(256);
    expect(safeIndexCount({ ...defaults, locksPerTransaction: 256 }, 25)).toBe(1_024);
    expect(safeIndexCount({ ...defaults, preparedTransactions: 100 }, 25)).toBe(512);
  });

  it('counts the connected clients if there are more of them than expected', () => {
    expect(safeIndexCount({ ...defaults, connected: 50 }, 25)).toBe(128);
  });

  it('does not count more backends than the server allows', () => {
    expect(safeIndexCount(defaults, 1_000)).toBe(64);
  });

  it('never exceeds the number of objects', () => {
    expect(safeIndexCount(defaults, 0)).toBeLessThanOrEqual(3_200);
  });
});

it('backendsOf counts at least one process', () => {
  expect([0, 1, 4].map((workers) => backendsOf({ workers, connections: 10 }))).toEqual([25, 25, 70]);
});
