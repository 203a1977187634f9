import { Injectable } from '@nestjs/common';
import { validate } from 'uuid';

import { HavenError, notFound } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { StatsReader } from '../domain/stats-reader.js';
import type { StatsScope, StoredActivity, StoredSizes } from '../domain/stats-reader.js';
import { ActivitySum } from './activity-sum.js';
import { feedStats } from './feed-stats.js';
import { requestStats } from './request-stats.js';
import { CollectionStatsView, StatsView, StorageStatsView, WebhookStatsView } from './stats.contract.js';

/** The value of `tenant` that stands for all tenants. */
const ALL = 'all';

/** Reads the overview. */
@Injectable()
export class StatsService {
  constructor(private readonly reader: StatsReader) {}

  /**
   * Returns the overview of the caller's tenant or, for operators, of any tenant or of `all`. If the caller is
   * restricted to some collections, returns only the sizes of these.
   */
  async read(caller: Caller, of: string = caller.tenantId): Promise<StatsView> {
    caller.access.requireScopeForSome('stats:read');
    const scope = scopeOf(caller, of.toLowerCase());
    if (scope === undefined) throw notFound('tenant', of);
    const isRestricted = scope !== ALL && scope.among !== undefined;
    const sizes = await this.reader.sizes(caller, scope);
    if (!sizes) throw notFound('tenant', of);
    return Object.assign(new StatsView(), {
      tenant: scope === ALL ? null : scope.tenant,
      at: sizes.now.toISOString(),
      storage: storageOf(sizes),
      ...(isRestricted ? WITHOUT_ACTIVITY : activityOf(await this.reader.activity(caller, scope))),
    });
  }
}

/** Returns what the overview covers; undefined if the caller may not know whether there is such a tenant. */
function scopeOf({ tenantId, access }: Caller, of: string): StatsScope | undefined {
  const isOperator = access.scopes.has('operator');
  const among = access.collections;
  if (of === ALL) {
    if (isOperator && among === undefined) return ALL;
    throw new HavenError(
      'FORBIDDEN',
      'The overview of all tenants requires the scope operator, without a restriction to collections.',
    );
  }
  if (of === tenantId) return { tenant: of, among };
  return isOperator && validate(of) ? { tenant: of, among } : undefined;
}

function storageOf({ collections, records, bytes, largest }: StoredSizes): StorageStatsView {
  return Object.assign(new StorageStatsView(), {
    collections,
    records,
    bytes,
    largest: largest.map((size) => Object.assign(new CollectionStatsView(), size)),
  });
}

const WITHOUT_ACTIVITY = { requests: null, feed: null, webhooks: null };

function activityOf({ now, minutes, waiting, webhooks }: StoredActivity) {
  const sum = new ActivitySum(minutes);
  const { oldestPending, ...states } = webhooks;
  const attempts = sum.total('attempt');
  return {
    requests: requestStats(minutes, now),
    feed: feedStats(minutes, now, waiting),
    webhooks: Object.assign(new WebhookStatsView(), {
      ...states,
      oldestPendingAt: oldestPending?.toISOString() ?? null,
      attempts,
      failures: attempts - sum.of('attempt', 'delivered'),
    }),
  };
}
