import { Injectable } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { FastifyReply } from 'fastify';

import { callerOf, HandlerWrapper, isDryRun, requestOf } from '@haven/api';
import type { GraphqlContext } from '@haven/api';
import { UnitOfWork } from '@haven/database';
import { HavenError, pinToPrimary } from '@haven/kernel';
import { counter, Metrics } from '@haven/observability';
import type { Counter } from '@haven/observability';

import { FinalTransaction } from './final-transaction.js';
import { GraphqlField } from './graphql-field.js';
import { parseIdempotencyKey } from './idempotency-key.js';
import type { IdempotentRequest, StoredResponse } from './idempotent-request.js';
import { RestRequest } from './rest-request.js';
import { ERASED, IdempotencyStore } from './idempotency-store.js';

const REPLAYS = counter('haven.idempotency.replays', {
  unit: '{request}',
  description:
    'Mutations with a replayed response, because their `Idempotency-Key` had already been used for the same request.',
});

/** Result of a request with a key: the handler's result, or the stored response of an earlier request. */
export type IdempotencyOutcome = { view: unknown } | { response: StoredResponse };

/**
 * Executes a mutation with an `Idempotency-Key` at most once. Its writes and its stored response are committed in one
 * transaction: the handler's units of work join the one that is opened here, or the handler of a stream opens it by
 * `FinalTransaction`. Does nothing if the header is absent, and for a dry run.
 */
@Injectable()
export class IdempotentExecution extends HandlerWrapper {
  private readonly replays: Counter;

  constructor(
    private readonly uow: UnitOfWork,
    protected readonly store: IdempotencyStore,
    private readonly final: FinalTransaction,
    metrics: Metrics,
  ) {
    super();
    this.replays = metrics.counter(REPLAYS).of();
  }

  wrap(context: ExecutionContext, args: unknown[], handle: () => unknown): unknown {
    const request = requestOf(context);
    if (request.headers['idempotency-key'] === undefined || isDryRun(context)) return handle();
    const { body } = request;
    const idempotent = idempotentRequest(context);
    // A stream has been replaced by one that is hashed while the handler reads it.
    if (request.body !== body) args[args.indexOf(body)] = request.body;
    return this.respond(idempotent, async () => handle());
  }

  private async respond(request: IdempotentRequest, handle: () => Promise<unknown>): Promise<unknown> {
    const outcome = request.streams ? await this.streamedOutcome(request, handle) : await this.execute(request, handle);
    if ('view' in outcome) return outcome.view;
    this.replays.add();
    return request.replay(outcome.response);
  }

  /** Executes a request whose body is not a stream. */
  protected execute(request: IdempotentRequest, handle: () => Promise<unknown>): Promise<IdempotencyOutcome> {
    return this.uow.run(request.caller, () => this.outcome(request, handle));
  }

  /**
   * Handles a request whose body is a stream. No transaction is open while the client sends the body. The key is
   * therefore claimed twice: before the body is read, to find the stored response of an earlier request, and in the
   * handler's transaction, because another request with this key may have been faster.
   */
  private async streamedOutcome(
    request: IdempotentRequest,
    handle: () => Promise<unknown>,
  ): Promise<IdempotencyOutcome> {
    const all = await this.uow.run(request.caller, () => this.store.claim(request));
    const stored = all.length > 0 ? await matchingResponse(all, request) : undefined;
    if (stored) {
      pinToPrimary(request.caller);
      return { response: stored };
    }
    const runner = async (work: () => Promise<unknown>): Promise<unknown> => {
      await request.fingerprint(); // reads the rest of the body, if the handler has left any, before the transaction
      const outcome = await this.uow.run(request.caller, () => this.outcome(request, work), { retries: 0 });
      if ('view' in outcome) return outcome.view;
      throw new Replay(outcome.response);
    };
    try {
      return { view: await this.final.handle(runner, handle) };
    } catch (error) {
      if (error instanceof Replay) return { response: error.response };
      throw error;
    }
  }

  private async outcome(request: IdempotentRequest, handle: () => Promise<unknown>): Promise<IdempotencyOutcome> {
    const all = await this.store.claim(request);
    const stored = all.length > 0 ? await matchingResponse(all, request) : undefined;
    if (stored) {
      pinToPrimary(request.caller);
      return { response: stored };
    }
    await this.store.requireSpace(request.caller);
    const view = await handle();
    this.store.save(request, await request.fingerprint(), request.toStoredResponse(view));
    return { view };
  }
}

/** Ends a handler whose request has been executed by another request with the same key. */
class Replay extends Error {
  constructor(readonly response: StoredResponse) {
    super('The request has been executed before.');
  }
}

/** Returns the stored response to this request, if any. Throws if the key was used for a different request. */
async function matchingResponse(
  all: Awaited<ReturnType<IdempotencyStore['claim']>>,
  request: IdempotentRequest,
): Promise<StoredResponse | undefined> {
  const fingerprint = await request.fingerprint();
  if (all.some((stored) => stored.fingerprint !== fingerprint)) {
    throw new HavenError('IDEMPOTENCY_MISMATCH', 'This Idempotency-Key was used before for a different request.');
  }
  const stored = all.find(({ path }) => path === request.path);
  if (stored?.status === ERASED) {
    throw new HavenError(
      'HISTORY_PRUNED',
      'The request succeeded before; its response was erased together with a record that it contained.',
    );
  }
  return stored;
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
