import { Injectable } from '@nestjs/common';

import { UnitOfWork } from '@haven/database';
import { HavenError } from '@haven/kernel';
import { Metrics } from '@haven/observability';

import { FinalTransaction } from './final-transaction.js';
import { IdempotencyStore } from './idempotency-store.js';
import { IdempotentExecution } from './idempotent-execution.js';
import type { IdempotencyOutcome } from './idempotent-execution.js';
import type { IdempotentRequest } from './idempotent-request.js';
import { PENDING_TIMES } from './new-responses.js';
import { SingleWrites, TransactionRequired } from './single-writes.js';
import type { WrittenTimes } from './single-writes.js';

/**
 * Executes a mutation that usually makes a single write: the key is claimed, the write is made and the response is
 * stored in one round trip, possibly together with those of other requests. If that is not possible, nothing was
 * written, and the mutation is executed in a transaction, which finds out why: the key may have been used before, the
 * record may have changed, or the request is refused.
 */
@Injectable()
export class SingleWriteExecution extends IdempotentExecution {
  constructor(
    private readonly writes: SingleWrites,
    uow: UnitOfWork,
    store: IdempotencyStore,
    final: FinalTransaction,
    metrics: Metrics,
  ) {
    super(uow, store, final, metrics);
  }

  protected override async execute(
    request: IdempotentRequest,
    handle: () => Promise<unknown>,
  ): Promise<IdempotencyOutcome> {
    return (await this.executeAtOnce(request, handle)) ?? super.execute(request, handle);
  }

  private async executeAtOnce(
    request: IdempotentRequest,
    handle: () => Promise<unknown>,
  ): Promise<IdempotencyOutcome | undefined> {
    const decided = await this.decide(request, handle);
    if (!decided) return undefined;
    const { view, send } = decided;
    const response = this.store.newResponse(request, await request.fingerprint(), request.toStoredResponse(view));
    const times = await send(response);
    if (!times) return undefined;
    this.store.stored(request, response);
    return { view: replacePendingTimes(view, times) };
  }

  private async decide(request: IdempotentRequest, handle: () => Promise<unknown>) {
    try {
      await this.store.requireSpace(request.caller);
      return await this.writes.decide(handle);
    } catch (error) {
      const isFinal = !(error instanceof TransactionRequired || (error instanceof HavenError && error.status < 500));
      if (isFinal) throw error;
      return undefined;
    }
  }
}

/** Replaces the pending times in a view, which is an object with times as members, or has none. */
function replacePendingTimes(view: unknown, times: WrittenTimes): unknown {
  if (typeof view !== 'object' || view === null) return view;
  for (const [name, value] of Object.entries(view)) {
    if (value === PENDING_TIMES.createdAt) Reflect.set(view, name, times.createdAt);
    else if (value === PENDING_TIMES.updatedAt) Reflect.set(view, name, times.updatedAt);
  }
  return view;
}
