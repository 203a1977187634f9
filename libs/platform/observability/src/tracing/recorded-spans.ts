import { createTraceState, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import type { Context, Span, Tracer } from '@opentelemetry/api';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { sqlState } from '@haven/kernel';

import { methodOf, schemeOf } from '../metrics/http-metrics.js';
import { RequestTrace } from './request-trace.js';
import type { EndSpan, RequestSpans } from './request-trace.js';
import { traceParentOf } from './trace-context.js';
import type { TraceParent } from './trace-context.js';

/** Starts the span of a request, as a child of the client's span if the request has one. */
export function beginRequest(tracer: Tracer, request: FastifyRequest): RequestTrace {
  const method = methodOf(request);
  const route = request.routeOptions.url;
  const parent = parentContext(traceParentOf(request.headers));
  // One offset for all spans of the request. The SDK would compute one per span, and their times would be inconsistent.
  const clockOffset = Date.now() - performance.now();
  const span = tracer.startSpan(
    route === undefined ? method : `${method} ${route}`,
    {
      kind: SpanKind.SERVER,
      startTime: performance.now() + clockOffset,
      attributes: {
        'http.request.method': method,
        'url.scheme': schemeOf(request),
        ...(route && { 'http.route': route }),
      },
    },
    parent,
  );
  const { traceId, spanId } = span.spanContext();
  return new RequestTrace(
    traceId,
    spanId,
    span.isRecording() ? new RecordedSpans(tracer, span, parent, clockOffset) : undefined,
  );
}

function parentContext(parent: TraceParent | undefined): Context {
  if (!parent) return ROOT_CONTEXT;
  const { traceId, spanId, sampled, state } = parent;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    isRemote: true,
    traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    ...(state !== undefined && { traceState: createTraceState(state) }),
  });
}

/** The spans of one request. They contain operations, routes and codes, but no addresses, parameters or documents. */
class RecordedSpans implements RequestSpans {
  private current: Context;

  /** `clockOffset` converts the clock of `performance` to Unix time, in milliseconds. */
  constructor(
    private readonly tracer: Tracer,
    private readonly span: Span,
    parent: Context,
    private readonly clockOffset: number,
  ) {
    this.current = trace.setSpan(parent, span);
  }

  setTraceResponse(reply: FastifyReply): void {
    const { traceId, spanId } = this.span.spanContext();
    reply.header('traceresponse', `00-${traceId}-${spanId}-01`);
  }

  begin(name: string, attributes: Readonly<Record<string, string>>): EndSpan {
    const outer = this.current;
    const span = this.tracer.startSpan(name, { startTime: this.now(), attributes: { ...attributes } }, outer);
    this.current = trace.setSpan(outer, span);
    return (error) => {
      this.current = outer;
      if (error !== undefined) fail(span, error);
      span.end(this.now());
    };
  }

  statement(operation: string, from: number, to: number, error?: Error): void {
    const attributes = {
      'db.system.name': 'postgresql',
      'db.operation.name': operation,
      'db.query.summary': operation,
    };
    const span = this.tracer.startSpan(
      operation,
      { kind: SpanKind.CLIENT, startTime: from + this.clockOffset, attributes },
      this.current,
    );
    if (error) fail(span, sqlState(error) ?? '_OTHER');
    span.end(to + this.clockOffset);
  }

  /**
   * Ends the span. A 4xx status is an error of the client and does not mark the server's span (semantic conventions,
   * HTTP).
   */
  end(status: string | undefined, error: string | undefined): void {
    if (status !== undefined) this.span.setAttribute('http.response.status_code', Number(status));
    if (error !== undefined) this.span.setAttribute('error.type', error);
    if (Number(status) >= 500 || status === undefined) this.span.setStatus({ code: SpanStatusCode.ERROR });
    this.span.end(this.now());
  }

  private now(): number {
    return performance.now() + this.clockOffset;
  }
}

function fail(span: Span, type: string): void {
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
