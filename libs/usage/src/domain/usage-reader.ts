import type { Caller } from '@haven/kernel';

import type { Amounts, QuotaOverrides } from './quota.js';

/** What the database knows of a tenant's usage. */
export interface Usage {
  readonly used: Amounts;
  readonly own: QuotaOverrides;
}

/** Tells what tenants have. */
export abstract class UsageReader {
  /** Records and bytes as the feed has them, a moment behind what is written; null if there is no such tenant. */
  abstract read(caller: Caller, tenantId: string): Promise<Usage | null>;

  /** Holds up, until the open transaction ends, whoever else would make one more of these in the tenant. */
  abstract hold(caller: Caller, tenantId: string, name: 'collections' | 'keys'): Promise<void>;
}
