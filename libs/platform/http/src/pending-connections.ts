/**
 * Time until connections beyond a limit are closed, in milliseconds. A burst of connections, such as of clients that
 * all reconnect, thereby has time to leave the pending state.
 */
const GRACE_MS = 100;

/**
 * Limits the connections of clients that have not yet done what makes them more than strangers. Beyond a limit, the
 * oldest ones are closed rather than new ones refused, so that strangers cannot keep out the clients that come later.
 */
export class PendingConnections<Connection extends object> {
  /** The address of each connection, in the order in which they were added. Undefined: no limit per address applies. */
  private readonly addresses = new Map<Connection, string | undefined>();
  private readonly byAddress = new Map<string, Set<Connection>>();
  private isScheduled = false;

  /** `close` is called with the connection to close and the name of the exceeded limit. */
  constructor(
    private readonly limits: { readonly total: number; readonly perAddress: number },
    private readonly close: (connection: Connection, limit: 'total' | 'perAddress') => void,
  ) {}

  get size(): number {
    return this.addresses.size;
  }

  add(connection: Connection, address: string | undefined): void {
    this.addresses.set(connection, address);
    const others = address === undefined ? undefined : (this.byAddress.get(address) ?? new Set<Connection>());
    if (address !== undefined && others) this.byAddress.set(address, others.add(connection));
    const isExceeded = this.addresses.size > this.limits.total || (others?.size ?? 0) > this.limits.perAddress;
    if (isExceeded) this.schedule();
  }

  /** Number of pending connections of the address. */
  countOf(address: string): number {
    return this.byAddress.get(address)?.size ?? 0;
  }

  /** Removes a connection that has been closed or is no longer pending. */
  delete(connection: Connection): void {
    const address = this.addresses.get(connection);
    this.addresses.delete(connection);
    if (address === undefined) return;
    const others = this.byAddress.get(address);
    others?.delete(connection);
    if (others?.size === 0) this.byAddress.delete(address);
  }

  /**
   * Closes connections a little later. The immediate runs after the event loop has read what has already arrived, so
   * that a connection is not closed because this process was busy.
   */
  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setTimeout(() => setImmediate(() => this.enforce()), GRACE_MS).unref();
  }

  private enforce(): void {
    this.isScheduled = false;
    for (const connections of this.byAddress.values())
      this.closeOldest(connections, connections.size - this.limits.perAddress, 'perAddress');
    this.closeOldest(this.addresses.keys(), this.addresses.size - this.limits.total, 'total');
  }

  private closeOldest(oldestFirst: Iterable<Connection>, count: number, limit: 'total' | 'perAddress'): void {
    let left = count;
    for (const connection of oldestFirst) {
      if (left-- <= 0) return;
      this.delete(connection);
      this.close(connection, limit);
    }
  }
}
