import { Injectable } from '@nestjs/common';

import { counter, histogram, Metrics } from '@haven/observability';
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

  constructor(metrics: Metrics) {
    this.count = metrics.counter(ENTERED).of();
    this.lag = metrics.histogram(LAG).of();
  }

  /** Records that events have entered the feed, given the times at which they were written. */
  onEventsEntered(writtenAt: readonly number[]): void {
    const now = Date.now();
    this.count.add(writtenAt.length);
    for (const at of writtenAt) this.lag.record(Math.max(0, now - at) / 1_000);
  }
}
