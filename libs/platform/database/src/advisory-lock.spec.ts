import type { ClientBase } from 'pg';
import { describe, expect, it } from 'vitest';

import { ADVISORY_LOCK_SEEDS, ADVISORY_LOCKS, takeAdvisoryLock } from './advisory-lock.js';

describe('advisory locks', () => {
  it('have distinct numbers', () => {
    const numbers = Object.values<number>(ADVISORY_LOCKS);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('have distinct seeds', () => {
    const seeds = Object.values<number>(ADVISORY_LOCK_SEEDS);
    expect(new Set(seeds).size).toBe(seeds.length);
  });

  it('keep the numbers that processes of earlier versions use', () => {
    expect(ADVISORY_LOCKS).toEqual({
      migration: 4_283_650_001,
      indexBuild: 4_283_650_002,
      sequencer: 4_283_650_003,
      firstKey: 4_283_650_004,
      rebuild: 4_283_650_005,
      backup: 4_283_650_006,
    });
    expect(ADVISORY_LOCK_SEEDS).toEqual({ quota: 0, collection: 1, idempotencyKey: 2, uniqueValue: 3 });
  });

  it('are polled until the signal is aborted', async () => {
    const stop = new AbortController();
    const client = {
      query: async () => {
        stop.abort();
        return { rows: [{ taken: false }] };
      },
    } as unknown as ClientBase; // takeAdvisoryLock uses only this method
    await expect(takeAdvisoryLock(client, ADVISORY_LOCKS.rebuild, { signal: stop.signal })).rejects.toThrow('aborted');
  });
});
