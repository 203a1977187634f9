import type { Tenant } from './tenant.js';

/** Where the tenants are listed: for operators, so within no tenant. */
export abstract class Tenants {
  /** Adds a tenant; a taken name is `ALREADY_EXISTS`. */
  abstract add(tenant: Tenant): Promise<void>;

  /** The tenant, held still until the transaction ends; null if there is none. */
  abstract hold(id: string): Promise<Tenant | null>;

  abstract find(id: string): Promise<Tenant | null>;

  /** Up to `limit` tenants after an id; ids are in the order in which tenants were made. */
  abstract list(after: string | undefined, limit: number): Promise<Tenant[]>;

  abstract count(): Promise<number>;

  /** Stores a change; a taken name is `ALREADY_EXISTS`. */
  abstract store(tenant: Tenant): Promise<void>;
}
