import { describe, expect, it } from 'vitest';

import { requestRate, withStats } from './samples.js';
import type { Stats } from './samples.js';

const START = Date.parse('2026-11-30T12:00:00Z');

/** Returns an overview at a second, with the requests of each minute since 11:59. */
function statsAt(second: number, counts: readonly number[]): Stats {
  const none = { p50: null, p95: null, p99: null };
  return {
    tenant: 'acme',
    at: new Date(START + second * 1_000).toISOString(),
    storage: { collections: 1, records: 2, bytes: 100 + second, largest: [] },
    requests: {
      count: 0,
      byApi: { rest: 0, graphql: 0, streams: 0 },
      byStatus: { success: 0, redirect: 0, clientError: 0, serverError: 0, aborted: 0 },
      latencyMs: none,
      errors: [],
      operations: [],
      minutes: counts.map((requests, index) => ({
        minute: new Date(START + (index - 1) * 60_000).toISOString(),
        requests,
        clientErrors: 0,
        serverErrors: 0,
        ...none,
      })),
    },
    feed: { entered: 0, lagMs: none, waiting: 3, minutes: [] },
    webhooks: {
      active: 0,
      disabled: 0,
      lag: 0,
      pending: 4,
      dead: 0,
      oldestPendingAt: null,
      attempts: 0,
      failures: 0,
    },
  };
}

describe('samples', () => {
  it('uses the last whole minute until there are samples to compare', () => {
    expect(requestRate(withStats(undefined, statsAt(5, [120, 7])))).toBe(2);
  });

  it('counts the requests of running and of new minutes', () => {
    let overview = withStats(undefined, statsAt(50, [120, 100]));
    overview = withStats(overview, statsAt(55, [120, 130]));
    overview = withStats(overview, statsAt(70, [120, 140, 20]));
    expect(overview.samples.map(({ requests }) => requests)).toEqual([0, 30, 60]);
    expect(requestRate(overview)).toBe(2);
    expect(overview.samples.at(-1)).toMatchObject({ bytes: 170, waiting: 3, pending: 4 });
  });

  it('drops samples after an hour', () => {
    const overview = withStats(withStats(undefined, statsAt(0, [0, 0])), statsAt(3_600, [0, 0]));
    expect(overview.samples).toHaveLength(1);
  });

  it('knows no requests if the caller may not see all collections', () => {
    const overview = withStats(undefined, { ...statsAt(5, []), requests: null, feed: null, webhooks: null });
    expect(requestRate(overview)).toBeNull();
    expect(overview.samples.at(-1)).toMatchObject({ requests: null, waiting: null, pending: null });
  });
});
