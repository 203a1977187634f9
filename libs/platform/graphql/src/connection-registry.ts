import type { WebSocket } from 'ws';

import type { HavenConfig } from '@haven/config';
import { HavenError } from '@haven/kernel';

/** The connections for subscriptions that are open in this process: how many, and how many of each tenant. */
export class ConnectionRegistry {
  private readonly open = new Map<WebSocket, string | undefined>();
  private readonly byTenant = new Map<string, number>();

  constructor(private readonly limits: HavenConfig['limits']) {}

  /** One more, whose tenant is not known yet; `UNAVAILABLE` past `limits.sockets`. */
  add(socket: WebSocket): void {
    const { sockets } = this.limits;
    if (this.open.size >= sockets)
      throw tooManyConnections(`This server has ${sockets} connections open (limits.sockets).`);
    this.open.set(socket, undefined);
  }

  /** It is that tenant's; `UNAVAILABLE` past `limits.socketsPerTenant`. */
  assignTenant(socket: WebSocket, tenantId: string): void {
    const { socketsPerTenant } = this.limits;
    const others = this.byTenant.get(tenantId) ?? 0;
    if (!this.open.has(socket)) return; // closed meanwhile
    if (others >= socketsPerTenant)
      throw tooManyConnections(`The tenant has ${socketsPerTenant} connections open (limits.socketsPerTenant).`);
    this.open.set(socket, tenantId);
    this.byTenant.set(tenantId, others + 1);
  }

  remove(socket: WebSocket): void {
    const tenantId = this.open.get(socket);
    this.open.delete(socket);
    if (tenantId === undefined) return;
    const others = (this.byTenant.get(tenantId) ?? 1) - 1;
    if (others > 0) this.byTenant.set(tenantId, others);
    else this.byTenant.delete(tenantId);
  }
}

function tooManyConnections(detail: string): HavenError {
  return new HavenError('UNAVAILABLE', detail);
}
