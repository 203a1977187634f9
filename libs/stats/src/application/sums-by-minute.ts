import type { StoredMinute } from '../domain/stats-reader.js';
import { ActivitySum } from './activity-sum.js';

/** Number of minutes in the overview. */
const MINUTES = 60;
const MINUTE_MS = 60_000;

/** The sum of the counts of one minute. */
export interface MinuteSum {
  /** Start of the minute, as RFC 3339 writes it. */
  readonly minute: string;
  readonly sum: ActivitySum;
}

/** Returns every minute of the hour that ends at `now`, oldest first, also those in which nothing happened. */
export function sumsByMinute(minutes: readonly StoredMinute[], now: Date): MinuteSum[] {
  const byMinute = Map.groupBy(minutes, ({ minute }) => minute.getTime());
  const last = Math.floor(now.getTime() / MINUTE_MS);
  return Array.from({ length: MINUTES }, (_, index) => {
    const start = (last - MINUTES + 1 + index) * MINUTE_MS;
    return { minute: new Date(start).toISOString(), sum: new ActivitySum(byMinute.get(start) ?? []) };
  });
}
