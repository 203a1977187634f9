import type { ServerResponse } from 'node:http';

import type { ClientConnection } from '@haven/kernel';

/** The connection over which a response is sent. */
export class ResponseConnection implements ClientConnection {
  private readonly listeners = new Set<() => void>();

  constructor(private readonly response: ServerResponse) {}

  get isGone(): boolean {
    return this.response.destroyed && !this.response.writableFinished;
  }

  onGone(listener: () => void): () => void {
    if (this.listeners.size === 0) this.response.once('close', this.onClose);
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.response.off('close', this.onClose);
    };
  }

  /** `close` is also emitted after a complete response. */
  private readonly onClose = (): void => {
    if (this.response.writableFinished) return;
    for (const listener of this.listeners) listener();
  };
}
