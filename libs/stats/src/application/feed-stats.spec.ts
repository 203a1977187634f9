import { describe, expect, it } from 'vitest';

import { feedStats } from './feed-stats.js';

const NOW = new Date('2026-11-30T12:00:30Z');
const minute = (time: string, counts: Record<string, number>) => ({
  minute: new Date(`2026-11-30T${time}:00Z`),
  counts,
});

describe('feedStats', () => {
  it('has the lag of each minute of the hour, and null for those in which nothing entered the feed', () => {
    const { minutes } = feedStats([minute('12:00', { 'lag.16': 1 }), minute('11:01', { 'latency.12': 3 })], NOW, 0);
    expect(minutes).toHaveLength(60);
    const none = { entered: 0, p50: null, p95: null, p99: null };
    expect(minutes[0]).toEqual({ minute: '2026-11-30T11:01:00.000Z', ...none });
    expect(minutes.at(-1)).toEqual({
      minute: '2026-11-30T12:00:00.000Z',
      entered: 1,
      p50: 14.672,
      p95: 14.672,
      p99: 14.672,
    });
  });

  it('shows a few changes that waited long in the highest quantiles only', () => {
    const counts = { 'lag.16': 960, 'lag.36': 30, 'lag.53': 10 };
    const stats = feedStats([minute('11:30', counts)], NOW, 7);
    const quantiles = { p50: 14.672, p95: 14.672, p99: 469.506 };
    expect(stats).toMatchObject({ entered: 1_000, lagMs: quantiles, waiting: 7 });
    expect(stats.minutes[29]).toEqual({ minute: '2026-11-30T11:30:00.000Z', entered: 1_000, ...quantiles });
  });

  it('computes the quantiles of the hour from the changes of all minutes', () => {
    const stats = feedStats([minute('11:58', { 'lag.16': 99 }), minute('11:59', { 'lag.36': 1 })], NOW, 0);
    expect(stats.lagMs).toEqual({ p50: 14.672, p95: 14.672, p99: 14.672 });
    expect(stats.minutes.slice(-3).map(({ p99 }) => p99)).toEqual([14.672, 469.506, null]);
  });
});
