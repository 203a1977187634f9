import type { Tenant } from './tenant.js';

/** Stores the tenants. The statements are not restricted to one tenant, because only operators use them. */
export abstract class TenantsRepository {
  /** Adds a tenant. Fails with `ALREADY_EXISTS` if the name is taken. */
  abstract add(tenant: Tenant): Promise<void>;

  abstract find(id: string): Promise<Tenant | null>;

  /** Returns up to `limit` tenants after an id, in the order of their creation, which is the order of ids. */
  abstract list(after: string | undefined, limit: number): Promise<Tenant[]>;

  abstract count(): Promise<number>;

  /** Updates the tenant if its stored revision is `before`. Fails with `ALREADY_EXISTS` if the name is taken. */
  abstract store(tenant: Tenant, before: number): Promise<void>;
}
