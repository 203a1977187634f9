/** Maximum number of connections that one request holds for itself at a time. */
export const CONNECTIONS_PER_REQUEST = 3;

/** A request that needs a connection. Requests are compared by object identity. */
export interface Holder {
  readonly tenantId: string;
}

/**
 * `exclusive`: held by one request, for a transaction or for a statement that may take long. `shared`: used by short
 * statements of several requests together.
 */
export type ConnectionUse = 'exclusive' | 'shared';

/** A place in the queue for a connection, and later the right to hold it. */
export interface Ticket {
  readonly holder: Holder;
  readonly use: ConnectionUse;
  readonly grant: () => void;
}

/** Names the connections that a ticket waits for: those of its own request, of its own tenant, or of others. */
export type Budget = 'request' | 'tenant' | 'pool';

interface Tenant {
  held: number;
  exclusive: number;
  readonly waiting: Set<Ticket>;
  /** When the first of those that wait, or of those that waited before them without a pause, began to wait. */
  waitingSince: number;
}

/**
 * Divides the connections of a pool among tenants and requests:
 *
 * - a tenant holds at most half of the pool;
 * - a request holds at most {@link CONNECTIONS_PER_REQUEST} exclusive connections;
 * - if the pool is also used for short statements, two of its connections are used only for these, and so is one of
 *   the connections of each tenant;
 * - when a connection becomes free, the tenants that wait take turns.
 *
 * In a pool of one or two connections, each of these numbers is at least one.
 */
export class ConnectionShares {
  private readonly perTenant: number;
  private readonly exclusivePerTenant: number;
  private readonly exclusiveInAll: number;
  /** Tenants that hold a connection or wait for one. Those that were served last are at the end. */
  private readonly tenants = new Map<string, Tenant>();
  private readonly byRequest = new WeakMap<Holder, number>();
  private held = 0;
  private exclusive = 0;
  private waiters = 0;

  /** `isShared` is whether the pool is also used for short statements that share connections. */
  constructor(
    private readonly size: number,
    isShared: boolean,
  ) {
    this.perTenant = Math.max(1, Math.floor(size / 2));
    this.exclusivePerTenant = isShared ? Math.max(1, this.perTenant - 1) : this.perTenant;
    this.exclusiveInAll = isShared ? Math.max(1, size - 2) : size;
  }

  /**
   * Calls `grant` as soon as the holder may take a connection, before this method returns if that is now. The holder
   * must then return it with `release`.
   */
  enter(holder: Holder, use: ConnectionUse, grant: () => void): Ticket {
    const ticket: Ticket = { holder, use, grant };
    const tenant = this.tenants.get(holder.tenantId) ?? newTenant();
    this.tenants.set(holder.tenantId, tenant);
    if (this.budgetOf(ticket, tenant) === undefined) this.take(ticket, tenant);
    else {
      if (tenant.waiting.size === 0) tenant.waitingSince = performance.now();
      tenant.waiting.add(ticket);
      this.waiters++;
    }
    return ticket;
  }

  /** Removes a ticket that still waits. */
  withdraw(ticket: Ticket): void {
    const tenant = this.tenants.get(ticket.holder.tenantId);
    if (!tenant?.waiting.delete(ticket)) return;
    this.waiters--;
    this.forget(ticket.holder.tenantId, tenant);
  }

  /** Returns the connection of a ticket that was granted, and grants those that can be granted now. */
  release({ holder, use }: Ticket): void {
    const tenant = this.tenants.get(holder.tenantId);
    if (!tenant) return;
    this.count(-1, holder, use, tenant);
    this.forget(holder.tenantId, tenant);
    if (this.waiters > 0) this.grantNext();
  }

  /** Returns what a waiting ticket waits for. */
  waitsFor(ticket: Ticket): Budget {
    const tenant = this.tenants.get(ticket.holder.tenantId);
    return (tenant && this.budgetOf(ticket, tenant)) ?? 'pool';
  }

  /** Number of the tenant's tickets that wait. */
  waitingOf({ tenantId }: Holder): number {
    return this.tenants.get(tenantId)?.waiting.size ?? 0;
  }

  /** Time, in milliseconds, for which the tenant has always had a ticket that waits. */
  waitingFor({ tenantId }: Holder): number {
    const tenant = this.tenants.get(tenantId);
    return tenant && tenant.waiting.size > 0 ? performance.now() - tenant.waitingSince : 0;
  }

  /** Returns the number of waiting tickets for each budget. */
  waiting(): Record<Budget, number> {
    const waiting = { request: 0, tenant: 0, pool: 0 };
    if (this.waiters === 0) return waiting;
    for (const tenant of this.tenants.values())
      for (const ticket of tenant.waiting) waiting[this.budgetOf(ticket, tenant) ?? 'pool']++;
    return waiting;
  }

  /** Returns the budget that is used up; undefined if the ticket can be granted. */
  private budgetOf({ holder, use }: Ticket, tenant: Tenant): Budget | undefined {
    const isExclusive = use === 'exclusive';
    if (isExclusive && (this.byRequest.get(holder) ?? 0) >= CONNECTIONS_PER_REQUEST) return 'request';
    if (tenant.held >= this.perTenant || (isExclusive && tenant.exclusive >= this.exclusivePerTenant)) return 'tenant';
    return this.held >= this.size || (isExclusive && this.exclusive >= this.exclusiveInAll) ? 'pool' : undefined;
  }

  private grantNext(): void {
    for (const [tenantId, tenant] of [...this.tenants]) {
      if (tenant.waiting.size === 0) continue;
      for (const ticket of tenant.waiting) {
        if (this.budgetOf(ticket, tenant) !== undefined) continue;
        tenant.waiting.delete(ticket);
        this.waiters--;
        this.tenants.delete(tenantId); // to the end
        this.tenants.set(tenantId, tenant);
        this.take(ticket, tenant);
        break;
      }
    }
  }

  private take(ticket: Ticket, tenant: Tenant): void {
    this.count(1, ticket.holder, ticket.use, tenant);
    ticket.grant();
  }

  private count(change: 1 | -1, holder: Holder, use: ConnectionUse, tenant: Tenant): void {
    this.held += change;
    tenant.held += change;
    if (use === 'shared') return;
    this.exclusive += change;
    tenant.exclusive += change;
    this.byRequest.set(holder, (this.byRequest.get(holder) ?? 0) + change);
  }

  private forget(tenantId: string, tenant: Tenant): void {
    if (tenant.held === 0 && tenant.waiting.size === 0) this.tenants.delete(tenantId);
  }
}

function newTenant(): Tenant {
  return { held: 0, exclusive: 0, waiting: new Set(), waitingSince: 0 };
}
