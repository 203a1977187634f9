import type { WebSocket } from 'ws';

import type { HavenConfig } from '@haven/config';
import { HavenError } from '@haven/kernel';

/** Counts and limits the open connections for subscriptions of this process, in total and for each tenant. */
export class ConnectionRegistry {
  private readonly open = new Map<WebSocket, string | undefined>();
  private readonly byTenant = new Map<string, number>();

  constructor(private readonly limits: HavenConfig['limits']) {}

  /** Adds a connection whose tenant is not known yet. Throws `UNAVAILABLE` beyond `limits.sockets`. */
  add(socket: WebSocket): void {
    const { sockets } = this.limits;
    if (this.open.size >= sockets)
      throw tooManyConnections(`This server already has ${sockets} open connections (limits.sockets).`);
    this.open.set(socket, undefined);
  }

  /** Counts a connection for its tenant. Throws `UNAVAILABLE` beyond `limits.socketsPerTenant`. */
  assignTenant(socket: WebSocket, tenantId: string): void {
    const { socketsPerTenant } = this.limits;
    const others = this.byTenant.get(tenantId) ?? 0;
    if (!this.open.has(socket)) return; // it was closed in the meantime
    if (others >= socketsPerTenant)
      throw tooManyConnections(
        `The tenant already has ${socketsPerTenant} open connections (limits.socketsPerTenant).`,
      );
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
