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
  private readonly storage = new AsyncLocalStorage<{ runner: Runner; isDryRun: boolean }>();

  constructor(private readonly uow: UnitOfWork) {}

  /**
   * Whether all writes of the current request must be made in one transaction, because it has an `Idempotency-Key` or
   * is a dry run.
   */
  get isRequired(): boolean {
    return this.storage.getStore() !== undefined;
  }

  /** Whether the current request is a dry run, so that the transaction is rolled back. */
  get isDryRun(): boolean {
    return this.storage.getStore()?.isDryRun === true;
  }

  /**
   * Runs `work` in one transaction, which is not repeated. If the request has an `Idempotency-Key`, the transaction
   * also stores the result of `work` as the response; the handler must return the same.
   */
  async run<T>(caller: Caller, work: () => Promise<T>): Promise<T> {
    const request = this.storage.getStore();
    if (!request) return this.uow.run(caller, work, { retries: 0 });
    return (await request.runner(work)) as T; // the runner returns what `work` returns
  }

  /** Handles a request whose call of `run` uses `runner`. */
  handle(runner: Runner, handle: () => Promise<unknown>, { isDryRun = false } = {}): Promise<unknown> {
    return this.storage.run({ runner, isDryRun }, handle);
  }
}
