import type { Tenant } from './tenant.js';

/** Where the tenants are listed: for operators, so within no tenant. */
export abstract class TenantsRepository {
  /** Adds a tenant; a taken name is `ALREADY_EXISTS`. */
  abstract add(tenant: Tenant): Promise<void>;

  abstract find(id: string): Promise<Tenant | null>;

  /** Up to `limit` tenants after an id; ids are in the order in which tenants were made. */
  abstract list(after: string | undefined, limit: number): Promise<Tenant[]>;

  abstract count(): Promise<number>;

  /** Stores the change of a tenant that was at a revision; a taken name is `ALREADY_EXISTS`. */
  abstract store(tenant: Tenant, before: number): Promise<void>;
}
