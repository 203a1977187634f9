import type { StoredMinute } from '../domain/stats-reader.js';
import { ActivitySum, roundToMicroseconds } from './activity-sum.js';
import {
  ApiStatsView,
  ErrorStatsView,
  MinuteStatsView,
  OperationStatsView,
  RequestStatsView,
  StatusStatsView,
} from './stats.contract.js';

/** Number of minutes in the overview. */
const MINUTES = 60;
const MINUTE_MS = 60_000;

/** Number of operations in the overview. */
const MAX_OPERATIONS = 20;

/** Returns the requests of the hour that ends at `now`, given its minutes in which something happened. */
export function requestStats(minutes: readonly StoredMinute[], now: Date): RequestStatsView {
  const sum = new ActivitySum(minutes);
  return Object.assign(new RequestStatsView(), {
    count: sum.total('api'),
    byApi: Object.assign(new ApiStatsView(), {
      rest: sum.of('api', 'rest'),
      graphql: sum.of('api', 'graphql'),
      streams: sum.of('api', 'streams'),
    }),
    byStatus: Object.assign(new StatusStatsView(), {
      success: sum.of('status', '2xx'),
      redirect: sum.of('status', '3xx'),
      clientError: sum.of('status', '4xx'),
      serverError: sum.of('status', '5xx'),
      aborted: sum.of('status', 'aborted'),
    }),
    latencyMs: sum.latency('latency'),
    errors: errorsOf(sum),
    operations: operationsOf(sum),
    minutes: minutesUntil(now, minutes),
  });
}

function errorsOf(sum: ActivitySum): ErrorStatsView[] {
  return sum
    .all('error')
    .toSorted(([one, oneCount], [other, otherCount]) => otherCount - oneCount || compareNames(one, other))
    .map(([code, count]) => Object.assign(new ErrorStatsView(), { code, count }));
}

function operationsOf(sum: ActivitySum): OperationStatsView[] {
  return sum
    .all('time')
    .toSorted(([one, oneTime], [other, otherTime]) => otherTime - oneTime || compareNames(one, other))
    .slice(0, MAX_OPERATIONS)
    .map(([operation, time]) => {
      const [api = '', name = ''] = operation.split(' ');
      const requests = sum.of('calls', operation);
      return Object.assign(new OperationStatsView(), { api, name, requests, totalMs: roundToMicroseconds(time) });
    });
}

/** Returns every minute of the hour, also those in which nothing happened. */
function minutesUntil(now: Date, minutes: readonly StoredMinute[]): MinuteStatsView[] {
  const byMinute = Map.groupBy(minutes, ({ minute }) => minute.getTime());
  const last = Math.floor(now.getTime() / MINUTE_MS);
  return Array.from({ length: MINUTES }, (_, index) => {
    const start = (last - MINUTES + 1 + index) * MINUTE_MS;
    const sum = new ActivitySum(byMinute.get(start) ?? []);
    return Object.assign(new MinuteStatsView(), {
      minute: new Date(start).toISOString(),
      requests: sum.total('api'),
      clientErrors: sum.of('status', '4xx'),
      serverErrors: sum.of('status', '5xx'),
      p95: sum.quantile('latency', 0.95),
    });
  });
}

function compareNames(one: string, other: string): number {
  return one < other ? -1 : 1;
}
