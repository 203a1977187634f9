import type { KeysetRange } from '@haven/kernel';

import type { Tenant } from './tenant.js';

/** Stores the tenants. The statements are not restricted to one tenant, because only operators use them. */
export abstract class TenantsRepository {
  /** Adds a tenant. Fails with `ALREADY_EXISTS` if the name is taken. */
  abstract add(tenant: Tenant): Promise<void>;

  abstract find(id: string): Promise<Tenant | null>;

  /** Returns a range of the tenants in the order of their creation, which is the order of ids. */
  abstract list(range: KeysetRange<string>): Promise<Tenant[]>;

  abstract count(): Promise<number>;

  /** Updates the tenant if its stored revision is `before`. Fails with `ALREADY_EXISTS` if the name is taken. */
  abstract store(tenant: Tenant, before: number): Promise<void>;
}
