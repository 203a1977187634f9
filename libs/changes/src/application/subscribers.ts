import { Injectable } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import { PgPubSub } from '@haven/database';
import { FEED_GREW_CHANNEL } from '@haven/events';
import { HavenError } from '@haven/kernel';
import { Metrics, observableGauge } from '@haven/observability';

/** `Retry-After` for clients beyond the limits, in seconds. */
const RETRY_AFTER = 5;

const SUBSCRIBERS = observableGauge('sum', 'haven.feed.subscribers', {
  unit: '{subscriber}',
  description: 'Open streams of changes: server-sent events and GraphQL subscriptions.',
});

/** The subscribers to the change feed in this process: limits their number, and wakes them when a feed has grown. */
@Injectable()
export class Subscribers {
  private readonly byTenant = new Map<string, Set<Subscription>>();
  private readonly stopping = new AbortController();
  private listening: Promise<unknown> | undefined;
  private count = 0;

  constructor(
    private readonly pubSub: PgPubSub,
    private readonly config: HavenConfig,
    metrics: Metrics,
  ) {
    metrics.observe(SUBSCRIBERS, () => [[this.count]]);
  }

  /**
   * Adds a subscription. Once this has resolved, the subscription is woken whenever the feed of the tenant has grown.
   * Throws `UNAVAILABLE` if `limits.streams` or `limits.streamsPerTenant` is reached, or if the server is stopping.
   */
  async join(tenantId: string, signal: AbortSignal): Promise<Subscription> {
    await (this.listening ??= this.pubSub.subscribe(FEED_GREW_CHANNEL, (tenant) => this.wake(tenant)));
    this.admit(tenantId);
    const subscription = new Subscription(AbortSignal.any([signal, this.stopping.signal]), () =>
      this.leave(tenantId, subscription),
    );
    this.count++;
    const own = this.byTenant.get(tenantId);
    if (own) own.add(subscription);
    else this.byTenant.set(tenantId, new Set([subscription]));
    return subscription;
  }

  /** Ends all subscriptions, and rejects new ones. */
  end(): void {
    this.stopping.abort();
  }

  /** Aborted when the server stops. */
  get shutdown(): AbortSignal {
    return this.stopping.signal;
  }

  private admit(tenantId: string): void {
    const { streams, streamsPerTenant } = this.config.limits;
    if (this.shutdown.aborted) throw tooManySubscribers('The server is stopping.');
    if (this.count >= streams)
      throw tooManySubscribers(`This server has ${streams} open streams, the maximum (limits.streams).`);
    if ((this.byTenant.get(tenantId)?.size ?? 0) >= streamsPerTenant)
      throw tooManySubscribers(
        `The tenant has ${streamsPerTenant} open streams, the maximum (limits.streamsPerTenant).`,
      );
  }

  /**
   * Wakes the subscriptions of a tenant. If `tenant` is undefined, notifications may have been lost, so it wakes all
   * subscriptions.
   */
  private wake(tenant: string | undefined): void {
    if (tenant === undefined) this.byTenant.forEach((own) => own.forEach((subscription) => subscription.wake()));
    else this.byTenant.get(tenant)?.forEach((subscription) => subscription.wake());
  }

  private leave(tenantId: string, subscription: Subscription): void {
    const own = this.byTenant.get(tenantId);
    if (!own?.delete(subscription)) return;
    this.count--;
    if (own.size === 0) this.byTenant.delete(tenantId);
  }
}

function tooManySubscribers(detail: string): HavenError {
  return new HavenError('UNAVAILABLE', detail, { retryAfter: RETRY_AFTER });
}

/** One subscriber. A wake-up is kept until the next call of `next`, so none is lost while the subscriber is busy. */
export class Subscription {
  private isWoken = false;
  private resume: () => void = () => undefined;

  constructor(
    private readonly signal: AbortSignal,
    readonly leave: () => void,
  ) {
    signal.addEventListener('abort', () => this.resume(), { once: true });
  }

  /** Whether the subscriber has to stop. */
  get done(): boolean {
    return this.signal.aborted;
  }

  wake(): void {
    this.isWoken = true;
    this.resume();
  }

  /** Waits until the feed has grown since the previous call, or the subscriber has to stop. */
  async next(): Promise<void> {
    if (!this.isWoken && !this.done) await new Promise<void>((resolve) => (this.resume = resolve));
    this.isWoken = false;
  }
}
