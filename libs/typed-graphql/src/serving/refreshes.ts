/** Reads of a tenant that are running, and those that start after them. */
interface Reads<Value> {
  readonly running: Promise<Value>;
  next?: Promise<Value>;
}

/**
 * Lets many requests share reads of the current state, of which at most one per tenant runs at a time. A request joins
 * a read that has not started yet, so that the result is not older than the request.
 */
export class Refreshes<Value> {
  private readonly reads = new Map<string, Reads<Value>>();

  join(tenant: string, read: () => Promise<Value>): Promise<Value> {
    const reads = this.reads.get(tenant);
    if (!reads) return this.start(tenant, read);
    return (reads.next ??= reads.running.then(
      () => this.start(tenant, read),
      () => this.start(tenant, read),
    ));
  }

  private start(tenant: string, read: () => Promise<Value>): Promise<Value> {
    const running = read();
    const reads: Reads<Value> = { running };
    this.reads.set(tenant, reads);
    const end = (): void => {
      if (this.reads.get(tenant) === reads && !reads.next) this.reads.delete(tenant);
    };
    running.then(end, end);
    return running;
  }
}
