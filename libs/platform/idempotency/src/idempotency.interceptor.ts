import { Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { FastifyReply } from 'fastify';
import { from, lastValueFrom } from 'rxjs';
import type { Observable } from 'rxjs';

import { callerOf, requestOf } from '@haven/api';
import type { GraphqlContext } from '@haven/api';
import { UnitOfWork } from '@haven/database';
import { HavenError, pinToPrimary } from '@haven/kernel';
import { counter, Metrics } from '@haven/observability';
import type { Counter } from '@haven/observability';

import { GraphqlField } from './graphql-field.js';
import { parseIdempotencyKey } from './idempotency-key.js';
import type { IdempotentRequest, StoredResponse } from './idempotent-request.js';
import { RestRequest } from './rest-request.js';
import { ERASED, IdempotencyStore } from './idempotency-store.js';

const REPLAYS = counter('haven.idempotency.replays', {
  unit: '{request}',
  description:
    'Mutations that were answered as they had been before, because their `Idempotency-Key` was used for them.',
});

/** How a keyed request went: what the handler answered now, or what was kept of an earlier run. */
type IdempotencyOutcome = { view: unknown } | { response: StoredResponse };

/**
 * Runs a mutation that comes with an `Idempotency-Key` at most once. Its writes and its answer are one transaction: the
 * handler's units of work join the one that is opened here. Without the header it does nothing.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  private readonly replays: Counter;

  constructor(
    private readonly uow: UnitOfWork,
    private readonly store: IdempotencyStore,
    metrics: Metrics,
  ) {
    this.replays = metrics.counter(REPLAYS).of();
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (requestOf(context).headers['idempotency-key'] === undefined) return next.handle();
    return from(this.answer(idempotentRequest(context), () => lastValueFrom(next.handle())));
  }

  private async answer(request: IdempotentRequest, handle: () => Promise<unknown>): Promise<unknown> {
    const work = (): Promise<IdempotencyOutcome> => this.outcome(request, handle);
    const outcome = await this.uow.run(request.caller, work, request.streams ? { retries: 0 } : {});
    if ('view' in outcome) return outcome.view;
    this.replays.add();
    return request.replay(outcome.response);
  }

  private async outcome(request: IdempotentRequest, handle: () => Promise<unknown>): Promise<IdempotencyOutcome> {
    const all = await this.store.claim(request);
    const kept = all.length > 0 ? await matchingResponse(all, request) : undefined;
    if (kept) {
      pinToPrimary(request.caller);
      return { response: kept };
    }
    const view = await handle();
    this.store.save(request, await request.fingerprint(), request.toStoredResponse(view));
    return { view };
  }
}

/** The answer kept for this request, if the key was used for it and no other. */
async function matchingResponse(
  all: Awaited<ReturnType<IdempotencyStore['claim']>>,
  request: IdempotentRequest,
): Promise<StoredResponse | undefined> {
  const fingerprint = await request.fingerprint();
  if (all.some((kept) => kept.fingerprint !== fingerprint)) {
    throw new HavenError('IDEMPOTENCY_MISMATCH', 'This Idempotency-Key was used before, for another request.');
  }
  const kept = all.find(({ path }) => path === request.path);
  if (kept?.status === ERASED) {
    throw new HavenError('HISTORY_PRUNED', 'The request was done; its answer was erased with a record that it showed.');
  }
  return kept;
}

function idempotentRequest(context: ExecutionContext): IdempotentRequest {
  const request = requestOf(context);
  const caller = callerOf(request);
  const key = parseIdempotencyKey(request.raw.headersDistinct['idempotency-key'] ?? []);
  if (context.getType<string>() !== 'graphql') {
    return new RestRequest(caller, key, request, context.switchToHttp().getResponse<FastifyReply>());
  }
  const graphql = GqlExecutionContext.create(context);
  return new GraphqlField(caller, key, graphql.getInfo(), graphql.getContext<GraphqlContext>());
}
