import { AsyncLocalStorage } from 'node:async_hooks';

import { Injectable } from '@nestjs/common';

import type { NewResponse } from './new-responses.js';

/** The times of a written record (RFC 3339). */
export interface WrittenTimes {
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Sends a write together with the response to its request. Returns undefined if nothing was written. */
export type SendWithResponse = (response: NewResponse) => Promise<WrittenTimes | undefined>;

/** The result of a handler, and the write that remains to be sent. */
interface DecidedWrite {
  readonly view: unknown;
  readonly send: SendWithResponse;
}

/** A handler needs a transaction: it has more than one write, or one that cannot be postponed. */
export class TransactionRequired extends Error {
  override readonly name = 'TransactionRequired';
}

/**
 * Lets the handler of a request with a key decide on its only write without sending it. The write is sent when the
 * response is known, in one round trip with it.
 */
@Injectable()
export class SingleWrites {
  private readonly storage = new AsyncLocalStorage<{ send?: SendWithResponse }>();

  /** Whether the write of the current handler must be postponed. */
  get arePostponed(): boolean {
    return this.storage.getStore() !== undefined;
  }

  /** Postpones the write of the current handler until the handler has returned. */
  postpone(send: SendWithResponse): void {
    const write = this.storage.getStore();
    if (!write || write.send) throw new TransactionRequired();
    write.send = send;
  }

  /** Throws if the write of the current handler must be postponed. The handler then runs again, in a transaction. */
  requireTransaction(): void {
    if (this.arePostponed) throw new TransactionRequired();
  }

  /** Runs a handler. Returns undefined if it has not decided on a write. */
  async decide(handle: () => Promise<unknown>): Promise<DecidedWrite | undefined> {
    const write: { send?: SendWithResponse } = {};
    const view = await this.storage.run(write, handle);
    return write.send && { view, send: write.send };
  }
}
