import type { WebSocket } from 'ws';

import type { HavenConfig } from '@haven/config';
import { PendingConnections } from '@haven/http';
import { HavenError } from '@haven/kernel';

/**
 * Counts and limits the open connections for subscriptions of this process, in total and for each tenant, and the
 * pending ones, whose client has not sent anything yet, in total and for each address.
 */
export class ConnectionRegistry {
  private readonly open = new Map<WebSocket, string | undefined>();
  private readonly byTenant = new Map<string, number>();
  private readonly pending: PendingConnections<WebSocket>;

  /** `close` is called for pending connections that are closed in favor of newer ones. */
  constructor(
    private readonly limits: HavenConfig['limits'],
    close: (socket: WebSocket, error: HavenError) => void,
  ) {
    const { pendingSockets, pendingSocketsPerAddress: perAddress } = limits;
    this.pending = new PendingConnections<WebSocket>({ total: pendingSockets, perAddress }, (socket) =>
      close(socket, tooManyConnections('Too many connections wait for connection_init (limits.pendingSockets).')),
    );
  }

  /** Throws `UNAVAILABLE` if the address has too many pending connections to open another one. */
  checkAddress(address: string): void {
    const { pendingSocketsPerAddress: max } = this.limits;
    if (this.pending.countOf(address) < max) return;
    throw tooManyConnections(
      `${max} connections of this address wait for connection_init (limits.pendingSocketsPerAddress).`,
    );
  }

  /** Adds a connection whose tenant is not known yet. Throws `UNAVAILABLE` beyond `limits.sockets`. */
  add(socket: WebSocket, address: string): void {
    const { sockets } = this.limits;
    if (this.open.size >= sockets)
      throw tooManyConnections(`This server already has ${sockets} open connections (limits.sockets).`);
    this.open.set(socket, undefined);
    this.pending.add(socket, address);
  }

  /** Reports that the client has sent a message. Whether it may stay is then decided by its authentication. */
  begin(socket: WebSocket): void {
    this.pending.delete(socket);
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
    this.pending.delete(socket);
    if (tenantId === undefined) return;
    const others = (this.byTenant.get(tenantId) ?? 1) - 1;
    if (others > 0) this.byTenant.set(tenantId, others);
    else this.byTenant.delete(tenantId);
  }
}

function tooManyConnections(detail: string): HavenError {
  return new HavenError('UNAVAILABLE', detail, { retryAfter: 1 });
}
