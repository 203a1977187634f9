import { Injectable } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import { PgPubSub } from '@haven/database';
import { FEED_GREW_CHANNEL } from '@haven/events';
import { HavenError } from '@haven/kernel';
import { Metrics, observableGauge } from '@haven/observability';

/** Seconds after which a client that found no place may try again. */
const RETRY_AFTER = 5;

const SUBSCRIBERS = observableGauge('sum', 'haven.feed.subscribers', {
  unit: '{subscriber}',
  description: 'Who follows the changes now: streams of server-sent events and subscriptions.',
});

/** Whoever follows the changes in this process: how many they are, and what wakes them. */
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

  /** One more, who misses nothing from the moment this resolves; `UNAVAILABLE` past `limits.streams` and when the server stops. */
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

  /** Ends all of them, and takes no more. */
  end(): void {
    this.stopping.abort();
  }

  /** Aborted when the server stops. */
  get ending(): AbortSignal {
    return this.stopping.signal;
  }

  private admit(tenantId: string): void {
    const { streams, streamsPerTenant } = this.config.limits;
    if (this.ending.aborted) throw tooManySubscribers('The server is stopping.');
    if (this.count >= streams) throw tooManySubscribers(`This server has ${streams} streams open (limits.streams).`);
    if ((this.byTenant.get(tenantId)?.size ?? 0) >= streamsPerTenant)
      throw tooManySubscribers(`The tenant has ${streamsPerTenant} streams open (limits.streamsPerTenant).`);
  }

  /** Without a tenant something may have been missed: everybody looks. */
  private wake(tenant: string | undefined): void {
    if (tenant === undefined) this.byTenant.forEach((own) => own.forEach((follower) => follower.wake()));
    else this.byTenant.get(tenant)?.forEach((follower) => follower.wake());
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

/** One who follows: sleeps until there is news, and hears of news that came while he was awake. */
export class Subscription {
  private hasNews = false;
  private resume: () => void = () => undefined;

  constructor(
    private readonly signal: AbortSignal,
    readonly leave: () => void,
  ) {
    signal.addEventListener('abort', () => this.resume(), { once: true });
  }

  /** Whether he is to stop. */
  get done(): boolean {
    return this.signal.aborted;
  }

  wake(): void {
    this.hasNews = true;
    this.resume();
  }

  /** Resolves when there has been news since the last time, or when he is to stop. */
  async news(): Promise<void> {
    if (!this.hasNews && !this.done) await new Promise<void>((resolve) => (this.resume = resolve));
    this.hasNews = false;
  }
}
