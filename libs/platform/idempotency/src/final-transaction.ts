import { AsyncLocalStorage } from 'node:async_hooks';

import { Injectable } from '@nestjs/common';

import { UnitOfWork } from '@haven/database';
import type { Caller } from '@haven/kernel';

/** Runs the writes of a request in one transaction that also stores the response. */
type Runner = (work: () => Promise<unknown>) => Promise<unknown>;

/**
 * Runs the transaction of a request whose body is a stream. The handler first reads the whole body, without a
 * transaction, and then makes all its writes in `run`.
 */
@Injectable()
export class FinalTransaction {
  private readonly storage = new AsyncLocalStorage<Runner>();

  constructor(private readonly uow: UnitOfWork) {}

  /** Whether the current request has an `Idempotency-Key`, so that all its writes must be made in one transaction. */
  get isKeyed(): boolean {
    return this.storage.getStore() !== undefined;
  }

  /**
   * Runs `work` in one transaction, which is not repeated. If the request has an `Idempotency-Key`, the transaction
   * also stores the result of `work` as the response; the handler must return the same.
   */
  async run<T>(caller: Caller, work: () => Promise<T>): Promise<T> {
    const runner = this.storage.getStore();
    if (!runner) return this.uow.run(caller, work, { retries: 0 });
    return (await runner(work)) as T; // the runner returns what `work` returns
  }

  /** Handles a request whose call of `run` uses `runner`. */
  handle(runner: Runner, handle: () => Promise<unknown>): Promise<unknown> {
    return this.storage.run(runner, handle);
  }
}
