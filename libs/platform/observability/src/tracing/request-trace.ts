import type { FastifyReply } from 'fastify';

import type { Trace } from '@haven/kernel';

import { newSpanId, newTraceId, traceParentOf } from './trace-context.js';

/** Ends a span; with `error.type` if it failed. */
export type EndSpan = (error?: string) => void;

/** The spans of one request, where they are recorded. */
export interface RequestSpans {
  /** Something that is done for the request has begun; what the database does next belongs to it. */
  begin(name: string, attributes: Readonly<Record<string, string>>): EndSpan;
  statement(operation: string, from: number, to: number, error?: Error): void;
  /** Tells the client the span of its request (`traceresponse`, W3C Trace Context 2). */
  tell(reply: FastifyReply): void;
  end(status: string | undefined, error: string | undefined): void;
}

/** One request as logs, events and traces know it. */
export class RequestTrace implements Trace {
  /** How long the database has worked for it, in milliseconds. */
  databaseMs = 0;
  /** Cost of its GraphQL operation, once the operation may run (`limits.graphqlCost`). */
  graphqlCost: number | undefined;

  constructor(
    readonly traceId: string,
    readonly spanId: string,
    readonly spans?: RequestSpans,
  ) {}

  /** Of a request whose spans nobody records: its ids alone. */
  static unrecorded(headers: Parameters<typeof traceParentOf>[0]): RequestTrace {
    return new RequestTrace(traceParentOf(headers)?.traceId ?? newTraceId(), newSpanId());
  }

  recordStatement(operation: string, from: number, to: number, error?: Error): void {
    this.databaseMs += to - from;
    this.spans?.statement(operation, from, to, error);
  }
}
