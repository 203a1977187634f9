import { Injectable } from '@nestjs/common';

import { counter, histogram, Metrics } from '@haven/observability';
import type { Histogram, Counter } from '@haven/observability';

const ENTERED = counter('haven.feed.entered', {
  unit: '{event}',
  description:
    'Events that this process has entered in the feed, as the leader; all processes together fall behind `haven.events.appended` by what waits.',
});
const LAG = histogram('haven.feed.lag', {
  unit: 's',
  description:
    "How long events took from being written to their place in the feed, by the database's clock and the leader's.",
});

/** Counts what the leader enters in the feed. */
@Injectable()
export class FeedMetrics {
  private readonly count: Counter;
  private readonly lag: Histogram;

  constructor(metrics: Metrics) {
    this.count = metrics.counter(ENTERED).of();
    this.lag = metrics.histogram(LAG).of();
  }

  /** These were written then, and have entered. */
  entered(writtenAt: readonly number[]): void {
    const now = Date.now();
    this.count.add(writtenAt.length);
    for (const at of writtenAt) this.lag.record(Math.max(0, now - at) / 1_000);
  }
}
