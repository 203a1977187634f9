import type { ServerResponse } from 'node:http';

import type { ClientConnection } from '@haven/kernel';

/**
 * The connection over which a response is sent. The client is gone when the response is complete, too: work that still
 * runs then, such as the other fields of a GraphQL query of which one failed, has no recipient.
 */
export class ResponseConnection implements ClientConnection {
  private readonly listeners = new Set<() => void>();

  constructor(private readonly response: ServerResponse) {}

  get isGone(): boolean {
    return this.response.destroyed;
  }

  onGone(listener: () => void): () => void {
    if (this.listeners.size === 0) this.response.once('close', this.onClose);
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.response.off('close', this.onClose);
    };
  }

  private readonly onClose = (): void => {
    for (const listener of this.listeners) listener();
  };
}
