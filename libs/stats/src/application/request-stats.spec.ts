import { expect, it } from 'vitest';

import { requestStats } from './request-stats.js';

it('has the quantiles of each minute, from the durations of this minute only', () => {
  const earlier = { minute: new Date('2026-11-30T11:59:00Z'), counts: { 'latency.53': 100 } };
  const counts = {
    'api.rest': 99,
    'api.streams': 1,
    'status.2xx': 100,
    'latency.12': 90,
    'latency.24': 8,
    'latency.36': 1,
  };
  const { minutes } = requestStats(
    [earlier, { minute: new Date('2026-11-30T12:00:00Z'), counts }],
    new Date('2026-11-30T12:00:59Z'),
  );
  expect(minutes).toHaveLength(60);
  expect(minutes.slice(-3)).toMatchObject([
    { minute: '2026-11-30T11:58:00.000Z', requests: 0, p50: null, p95: null, p99: null },
    { p50: 8933.439, p95: 8933.439, p99: 8933.439 },
    { requests: 100, clientErrors: 0, serverErrors: 0, p50: 7.336, p95: 58.688, p99: 469.506 },
  ]);
});
