import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Caller } from '@haven/kernel';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls; absent on public routes. */
    caller?: Caller;
    /** W3C trace id of this request, 32 hex digits. */
    traceId: string;
  }
}

/** What a GraphQL resolver's context holds. */
export interface GraphqlContext {
  /** Of a subscription, the request that opened its connection. */
  request: FastifyRequest;
  /** Of a subscription there is none. */
  reply?: FastifyReply;
  /** The document to run, if the request has or names one; of a subscription it has been read by now. */
  document?: string | undefined;
  /** Of a subscription: closes its connection, soon even if the client takes no notice. */
  close?: (code: number, reason: string) => void;
  /** Fields answered as an earlier request with the same `Idempotency-Key` was. */
  replayed?: string[];
}

/** The HTTP request behind either door. */
export function requestOf(context: ExecutionContext): FastifyRequest {
  if (context.getType<string>() === 'graphql') {
    return GqlExecutionContext.create(context).getContext<GraphqlContext>().request;
  }
  return context.switchToHttp().getRequest<FastifyRequest>();
}

/** Who is calling; the first argument of every use case. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  return callerOf(requestOf(context));
});

/** Who is calling, as was found out. */
export function callerOf({ caller }: FastifyRequest): Caller {
  if (!caller) throw new Error('Nobody has identified the caller.');
  return caller;
}
