import { Injectable } from '@nestjs/common';

import { ActivityCounts } from './activity-counts.js';
import type { CountedRequest } from './activity-counts.js';

const MINUTE_MS = 60_000;

/** Time after which counts that could not be stored are dropped: the overview shows the last hour. */
const MAX_AGE_MS = 60 * MINUTE_MS;

/** Maximum number of tenants and minutes that are counted apart until the counts are stored. */
const MAX_COUNTS = 20_000;

/** The counts of one tenant, or of no tenant, for one minute of this process's clock. */
export interface PendingActivity {
  /** Null for what belongs to no tenant, such as a request without a valid key. */
  readonly tenant: string | null;
  /** When the first of it happened: Unix time in milliseconds. */
  readonly since: number;
  readonly counts: ActivityCounts;
}

/**
 * Counts requests, errors, changes that enter the feed and attempts of webhooks, by tenant and minute, for the overview
 * (`GET /stats`). Counting only adds to numbers in memory; `take` returns what was counted, to be stored.
 */
@Injectable()
export class Activity {
  /** By minute since 1970, then by tenant; the empty string stands for no tenant. */
  private pending = new Map<number, Map<string, PendingActivity>>();
  private size = 0;

  /** `now` is the clock, as Unix time in milliseconds. */
  constructor(private readonly now: () => number = Date.now) {}

  countRequest(tenant: string | undefined, request: CountedRequest): void {
    this.of(tenant).addRequest(request);
  }

  countError(tenant: string | undefined, code: string): void {
    this.of(tenant).addError(code);
  }

  countFeedEntries(tenant: string, lags: readonly number[]): void {
    const counts = this.of(tenant);
    for (const lag of lags) counts.addLag(lag);
  }

  countWebhookAttempt(tenant: string, result: string): void {
    this.of(tenant).addAttempt(result);
  }

  /** Returns what was counted since the last call, and begins anew. */
  take(): PendingActivity[] {
    const taken = [...this.pending.values()].flatMap((byTenant) => [...byTenant.values()]);
    this.pending = new Map();
    this.size = 0;
    return taken;
  }

  /** Takes back counts that could not be stored, unless they are too old. The next call of `take` returns them. */
  putBack(taken: readonly PendingActivity[]): void {
    const oldest = this.now() - MAX_AGE_MS;
    for (const { tenant, since, counts } of taken) {
      if (since >= oldest) this.of(tenant ?? '', since).addAll(counts, { byKind: false });
    }
  }

  private of(tenant = '', since = this.now()): ActivityCounts {
    const minute = Math.floor(since / MINUTE_MS);
    let ofMinute = this.pending.get(minute);
    if (!ofMinute) this.pending.set(minute, (ofMinute = new Map()));
    const known = ofMinute.get(tenant);
    if (known) return known.counts;
    if (this.size >= MAX_COUNTS && tenant !== '') return this.of('', since);
    const created = { tenant: tenant === '' ? null : tenant, since, counts: new ActivityCounts() };
    ofMinute.set(tenant, created);
    this.size++;
    return created.counts;
  }
}
