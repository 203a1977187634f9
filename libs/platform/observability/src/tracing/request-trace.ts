import type { FastifyReply } from 'fastify';

import type { Trace } from '@haven/kernel';

import type { CountedOperation } from '../activity/activity-counts.js';
import { newSpanId, newTraceId, traceParentOf } from './trace-context.js';

/** Ends a span; `error` is its `error.type` if it failed. */
export type EndSpan = (error?: string) => void;

/** The recorded spans of one request. */
export interface RequestSpans {
  /** Starts a span for a part of the request; statements become its children until it ends. */
  begin(name: string, attributes: Readonly<Record<string, string>>): EndSpan;
  statement(operation: string, from: number, to: number, error?: Error): void;
  /** Sends the span of the request to the client (`traceresponse`, W3C Trace Context 2). */
  setTraceResponse(reply: FastifyReply): void;
  end(status: string | undefined, error: string | undefined): void;
}

/** The identifiers and measurements of one request, for logs, events and traces. */
export class RequestTrace implements Trace {
  /** Total time of the request's round trips to the database, in milliseconds. */
  databaseMs = 0;
  /**
   * Cost of the request's GraphQL operation. Undefined until the operation has passed the `limits.graphqlCost` check.
   */
  graphqlCost: number | undefined;
  /** The GraphQL operation, as the overview counts it. Undefined until it has been validated. */
  graphqlOperation: CountedOperation | undefined;
  /** Whether the response to a GraphQL request has errors, although its status may be 200. */
  hasErrors = false;
  /** Number of fields of that operation, below its root fields, that need a statement of their own. */
  graphqlReads = 0;

  constructor(
    readonly traceId: string,
    readonly spanId: string,
    readonly spans?: RequestSpans,
  ) {}

  /** Creates a trace that has only ids, for a request whose spans are not recorded. */
  static unrecorded(headers: Parameters<typeof traceParentOf>[0]): RequestTrace {
    return new RequestTrace(traceParentOf(headers)?.traceId ?? newTraceId(), newSpanId());
  }

  recordStatement(operation: string, from: number, to: number, error?: Error): void {
    this.databaseMs += to - from;
    this.spans?.statement(operation, from, to, error);
  }
}
