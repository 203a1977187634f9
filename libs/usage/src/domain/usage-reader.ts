import type { Caller } from '@haven/kernel';

import type { Amounts, QuotaOverrides } from './quota.js';

/** Usage of a tenant and its own quotas, as stored in the database. */
export interface Usage {
  readonly used: Amounts;
  readonly own: QuotaOverrides;
}

/** Reads the usage of tenants. */
export abstract class UsageReader {
  /** Counts records and bytes by the feed, which lags slightly behind writes. Null if the tenant does not exist. */
  abstract read(caller: Caller, tenantId: string): Promise<Usage | null>;

  /** Blocks other transactions that would create one more of these in the tenant, until the open transaction ends. */
  abstract lockQuota(caller: Caller, tenantId: string, name: 'collections' | 'keys'): Promise<void>;
}
