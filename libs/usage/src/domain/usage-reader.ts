import type { Caller } from '@haven/kernel';

import type { Amounts, QuotaOverrides } from './quota.js';

/** The usage of a tenant, and the quotas that an operator has set for it, as stored in the database. */
export interface Usage {
  readonly used: Amounts;
  readonly own: QuotaOverrides;
}

/** Reads the usage of tenants. */
export abstract class UsageReader {
  /**
   * Returns the usage of a tenant, or null if the tenant does not exist. Records and bytes are counted when the events
   * of their writes enter the feed, shortly after the write. With `among`, counts only the collections whose names it
   * contains, with their records, bytes and indexes.
   */
  abstract read(caller: Caller, tenantId: string, among?: ReadonlySet<string>): Promise<Usage | null>;

  /**
   * Blocks other transactions that would create a collection (or API key, or declare an index) in the tenant, until the
   * open transaction ends.
   */
  abstract lockQuota(caller: Caller, tenantId: string, name: 'collections' | 'keys' | 'indexes'): Promise<void>;
}
