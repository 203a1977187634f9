import type { StoredMinute } from '../domain/stats-reader.js';
import { ActivitySum } from './activity-sum.js';
import { FeedMinuteStatsView, FeedStatsView, LatencyStatsView } from './stats.contract.js';
import { sumsByMinute } from './sums-by-minute.js';

/** Returns how fast changes reached the feed in the hour that ends at `now`, given how many wait then. */
export function feedStats(minutes: readonly StoredMinute[], now: Date, waiting: number): FeedStatsView {
  const sum = new ActivitySum(minutes);
  return Object.assign(new FeedStatsView(), {
    entered: sum.total('lag'),
    lagMs: Object.assign(new LatencyStatsView(), sum.quantiles('lag')),
    waiting,
    minutes: sumsByMinute(minutes, now).map(({ minute, sum: ofMinute }) =>
      Object.assign(new FeedMinuteStatsView(), {
        minute,
        entered: ofMinute.total('lag'),
        ...ofMinute.quantiles('lag'),
      }),
    ),
  });
}
