import type { StoredMinute } from '../domain/stats-reader.js';
import { ActivitySum, roundToMicroseconds } from './activity-sum.js';
import {
  ApiStatsView,
  ErrorStatsView,
  LatencyStatsView,
  MinuteStatsView,
  OperationStatsView,
  RequestStatsView,
  StatusStatsView,
} from './stats.contract.js';
import { sumsByMinute } from './sums-by-minute.js';
import type { MinuteSum } from './sums-by-minute.js';

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
    latencyMs: Object.assign(new LatencyStatsView(), sum.quantiles('latency')),
    errors: errorsOf(sum),
    operations: operationsOf(sum),
    minutes: sumsByMinute(minutes, now).map(toMinuteStats),
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

function toMinuteStats({ minute, sum }: MinuteSum): MinuteStatsView {
  return Object.assign(new MinuteStatsView(), {
    minute,
    requests: sum.total('api'),
    clientErrors: sum.of('status', '4xx'),
    serverErrors: sum.of('status', '5xx'),
    ...sum.quantiles('latency'),
  });
}

function compareNames(one: string, other: string): number {
  return one < other ? -1 : 1;
}
