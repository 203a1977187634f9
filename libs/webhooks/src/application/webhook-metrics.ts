import { Injectable } from '@nestjs/common';

import { Activity, ComponentHealths, counter, Metrics, observableGauge } from '@haven/observability';
import type { ComponentHealth, Counter } from '@haven/observability';

import type { WebhookTotals } from '../domain/work-claims.js';
import { ATTEMPT_RESULTS } from '../domain/attempt-result.js';
import type { AttemptResult } from '../domain/attempt-result.js';

const ATTEMPTS = counter('haven.webhook.attempts', {
  unit: '{attempt}',
  description: 'Requests that this process has sent to webhooks.',
  labels: {
    'haven.webhook.result':
      '`delivered` (2xx), `gone` (410), `busy` (429, 502, 503, 504), ' +
      '`slow` (no response within `webhooks.timeout`) or `failed`',
  },
});
const OF_ALL = 'Covers all tenants; read from the database every ten seconds, so every process reports the same value';
const PENDING = observableGauge('gauge', 'haven.webhook.pending', {
  unit: '{delivery}',
  description: `Deliveries that will be retried or wait for an earlier one. ${OF_ALL}.`,
});
const DEAD = observableGauge('gauge', 'haven.webhook.dead', {
  unit: '{delivery}',
  description: `Deliveries in the log that were abandoned. ${OF_ALL}.`,
});
const DISABLED = observableGauge('gauge', 'haven.webhook.disabled', {
  unit: '{webhook}',
  description: `Webhooks that Haven has disabled, because they kept failing or responded with 410. ${OF_ALL}.`,
});
const OLDEST = observableGauge('gauge', 'haven.webhook.oldest_pending', {
  unit: 's',
  description: `Age of the oldest pending delivery. ${OF_ALL}.`,
});
const LAG = observableGauge('gauge', 'haven.webhook.lag', {
  unit: '{change}',
  description: `Number of changes that the webhook furthest behind its feed has not reached yet. ${OF_ALL}.`,
});

/** Time in milliseconds without totals after which delivery in this process counts as down. */
const STALE_MS = 30_000;

/** Metrics of webhooks, and their state for `/health`. */
@Injectable()
export class WebhookMetrics {
  private readonly attempts: ReadonlyMap<AttemptResult, Counter>;
  private totals: WebhookTotals | undefined;
  private readAt = performance.now();

  constructor(
    metrics: Metrics,
    components: ComponentHealths,
    private readonly activity: Activity,
  ) {
    components.add('webhooks', () => this.report());
    const series = metrics.counter(ATTEMPTS);
    this.attempts = new Map(ATTEMPT_RESULTS.map((result) => [result, series.of({ 'haven.webhook.result': result })]));
    metrics.observe(PENDING, () => this.sample(({ pending }) => pending));
    metrics.observe(DEAD, () => this.sample(({ dead }) => dead));
    metrics.observe(DISABLED, () => this.sample(({ disabled }) => disabled));
    metrics.observe(OLDEST, () => this.sample(({ oldest }) => (oldest ? (Date.now() - oldest.getTime()) / 1_000 : 0)));
    metrics.observe(LAG, () => this.sample(({ lag }) => lag));
  }

  recordAttempt(tenant: string, result: AttemptResult): void {
    this.activity.countWebhookAttempt(tenant, result);
    this.attempts.get(result)?.add(1);
  }

  setTotals(totals: WebhookTotals): void {
    this.totals = totals;
    this.readAt = performance.now();
  }

  /** Delivery is down if its worker in this process has not read the totals for a while. */
  private report(): ComponentHealth {
    const status = performance.now() - this.readAt > STALE_MS ? 'down' : 'up';
    if (!this.totals) return { status };
    const { pending, dead, disabled, oldest, lag } = this.totals;
    const oldestPendingSeconds = oldest ? Math.max(0, Math.round((Date.now() - oldest.getTime()) / 1_000)) : 0;
    return { status, pending, oldestPendingSeconds, lag, dead, disabled };
  }

  private sample(value: (totals: WebhookTotals) => number): [number][] {
    return this.totals ? [[Math.max(0, value(this.totals))]] : [];
  }
}
