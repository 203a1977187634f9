import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Caller } from '@haven/kernel';

declare module 'fastify' {
  interface FastifyRequest {
    /** The authenticated caller; absent on public routes. */
    caller?: Caller;
    /** Whether the request only reports what it would change (`dryRun`). */
    dryRun?: boolean;
    /** W3C trace id of this request, 32 hex digits. */
    traceId: string;
  }
}

/** The context of GraphQL resolvers. */
export interface GraphqlContext {
  /** The HTTP request; for a subscription, the one that opened its connection. */
  request: FastifyRequest;
  /** The HTTP response; absent for a subscription. */
  reply?: FastifyReply;
  /** The text of the document to execute, if the request contains a document or its id; unused for subscriptions. */
  document?: string | undefined;
  /** Closes the connection of a subscription, after a short time even if the client does not respond. */
  close?: (code: number, reason: string) => void;
  /** The reports of the fields with the argument `dryRun`, by their response names. */
  dryRuns?: Record<string, unknown>;
  /** Response names of the fields whose result was replayed from an earlier request with the same `Idempotency-Key`. */
  replayed?: string[];
}

/** Returns the HTTP request, for both APIs. */
export function requestOf(context: ExecutionContext): FastifyRequest {
  if (context.getType<string>() === 'graphql') {
    return GqlExecutionContext.create(context).getContext<GraphqlContext>().request;
  }
  return context.switchToHttp().getRequest<FastifyRequest>();
}

/** Whether a REST request or a mutation only reports what it would change. */
export function isDryRun(context: ExecutionContext): boolean {
  if (context.getType<string>() === 'graphql') {
    return GqlExecutionContext.create(context).getArgs<{ dryRun?: boolean }>().dryRun === true;
  }
  const { dryRun, query } = requestOf(context);
  return dryRun ?? (query as { dryRun?: unknown }).dryRun === 'true'; // some routes read the parameter themselves
}

/** Injects the caller, which is the first argument of every use case. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  return callerOf(requestOf(context));
});

/** Returns the authenticated caller of a request. */
export function callerOf({ caller }: FastifyRequest): Caller {
  if (!caller) throw new Error('The request has no authenticated caller.');
  return caller;
}
