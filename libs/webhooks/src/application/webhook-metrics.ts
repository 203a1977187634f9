import { Injectable } from '@nestjs/common';

import { counter, Metrics, observableGauge } from '@haven/observability';
import type { Counter } from '@haven/observability';

import type { WebhookTotals } from '../domain/work-claims.js';
import { ATTEMPT_RESULTS } from '../domain/attempt-result.js';
import type { AttemptResult } from '../domain/attempt-result.js';

const ATTEMPTS = counter('haven.webhook.attempts', {
  unit: '{attempt}',
  description: 'Requests that this process has made to receivers of webhooks.',
  labels: {
    'haven.webhook.result':
      '`delivered` (2xx), `gone` (410), `busy` (429, 502, 503, 504), `slow` (no answer within `webhooks.timeout`) or `failed`',
  },
});
const OF_ALL = 'of all tenants, as the database had it within the last ten seconds; each process tells the same';
const PENDING = observableGauge('gauge', 'haven.webhook.pending', {
  unit: '{delivery}',
  description: `Deliveries that failed and are tried again, or wait behind one that is; ${OF_ALL}.`,
});
const DEAD = observableGauge('gauge', 'haven.webhook.dead', {
  unit: '{delivery}',
  description: `Deliveries in the log that were given up; ${OF_ALL}.`,
});
const DISABLED = observableGauge('gauge', 'haven.webhook.disabled', {
  unit: '{webhook}',
  description: `Webhooks that Haven has given up on; ${OF_ALL}.`,
});
const OLDEST = observableGauge('gauge', 'haven.webhook.oldest_pending', {
  unit: 's',
  description: `For how long the oldest of those pending has waited; ${OF_ALL}.`,
});
const LAG = observableGauge('gauge', 'haven.webhook.lag', {
  unit: '{change}',
  description: `By how many changes of its tenant the webhook that is furthest behind is behind; ${OF_ALL}.`,
});

/** How webhooks are doing, for whoever measures. */
@Injectable()
export class WebhookMetrics {
  private readonly attempts: ReadonlyMap<AttemptResult, Counter>;
  private totals: WebhookTotals | undefined;

  constructor(metrics: Metrics) {
    const series = metrics.counter(ATTEMPTS);
    this.attempts = new Map(ATTEMPT_RESULTS.map((result) => [result, series.of({ 'haven.webhook.result': result })]));
    metrics.observe(PENDING, () => this.look(({ pending }) => pending));
    metrics.observe(DEAD, () => this.look(({ dead }) => dead));
    metrics.observe(DISABLED, () => this.look(({ disabled }) => disabled));
    metrics.observe(OLDEST, () => this.look(({ oldest }) => (oldest ? (Date.now() - oldest.getTime()) / 1_000 : 0)));
    metrics.observe(LAG, () => this.look(({ lag }) => lag));
  }

  attempted(result: AttemptResult): void {
    this.attempts.get(result)?.add(1);
  }

  /** So it is with all webhooks together. */
  are(totals: WebhookTotals): void {
    this.totals = totals;
  }

  private look(value: (totals: WebhookTotals) => number): [number][] {
    return this.totals ? [[Math.max(0, value(this.totals))]] : [];
  }
}
