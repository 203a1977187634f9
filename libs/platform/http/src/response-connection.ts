import type { ServerResponse } from 'node:http';

import type { ClientConnection } from '@haven/kernel';

/**
 * The connection over which a response is sent. The client is gone when the response is complete, too: work that still
 * runs then, such as the other fields of a GraphQL query of which one failed, has no recipient.
 */
export class ResponseConnection implements ClientConnection {
  /** Absent until the first listener is added, because most requests need none. */
  private listeners: Set<() => void> | undefined;

  constructor(private readonly response: ServerResponse) {}

  get isGone(): boolean {
    return this.response.destroyed;
  }

  onGone(listener: () => void): () => void {
    const listeners = (this.listeners ??= this.listen());
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  /** Adds one listener to the response for all listeners of a request, which may be many. */
  private listen(): Set<() => void> {
    const listeners = new Set<() => void>();
    this.response.once('close', () => {
      for (const listener of listeners) listener();
    });
    return listeners;
  }
}
