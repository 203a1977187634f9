import { Injectable } from '@nestjs/common';

import { Activity, counter, histogram, Metrics } from '@haven/observability';
import type { Histogram, Counter } from '@haven/observability';

const ENTERED = counter('haven.feed.entered', {
  unit: '{event}',
  description:
    'Events that this process, as the leader, has entered in the feed. The sum over all processes is less than ' +
    '`haven.events.appended` by the number of events that wait.',
});
const LAG = histogram('haven.feed.lag', {
  unit: 's',
  description:
    'Time from writing an event to its entry in the feed, measured with the clocks of the database and the leader.',
});

/** Metrics of the events that the leader enters in the feed. */
@Injectable()
export class FeedMetrics {
  private readonly count: Counter;
  private readonly lag: Histogram;

  constructor(
    metrics: Metrics,
    private readonly activity: Activity,
  ) {
    this.count = metrics.counter(ENTERED).of();
    this.lag = metrics.histogram(LAG).of();
  }

  /** Records that events of a tenant have entered the feed, given the times at which they were written. */
  onEventsEntered(tenant: string, writtenAt: readonly number[]): void {
    const now = Date.now();
    const lags = writtenAt.map((at) => Math.max(0, now - at));
    this.count.add(lags.length);
    for (const lag of lags) this.lag.record(lag / 1_000);
    this.activity.countFeedEntries(tenant, lags);
  }
}
