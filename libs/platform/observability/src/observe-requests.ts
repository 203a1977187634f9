import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { HavenConfig } from '@haven/config';
import type { HavenError } from '@haven/kernel';

import { HttpMetrics, outcomeOf } from './metrics/http-metrics.js';
import type { Telemetry } from './telemetry.js';
import type { RequestTrace } from './tracing/request-trace.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The ids of the request, and measurements of the work done for it. */
    trace: RequestTrace;
    /** The error of the response, if any; in GraphQL, only an error for which the whole request was refused. */
    refusal: HavenError | undefined;
  }
}

/** Starts a trace for every request, and records metrics and spans when it ends. */
export function observeRequests(fastify: FastifyInstance, config: HavenConfig, { tracer, metrics }: Telemetry): void {
  const counts = config.metrics.enabled ? new HttpMetrics(metrics) : undefined;
  fastify.decorateRequest('trace');
  fastify.decorateRequest('traceId', '');
  fastify.decorateRequest('refusal', undefined);
  fastify.addHook('onRequest', (request, reply, done) => {
    request.trace = tracer.begin(request);
    request.traceId = request.trace.traceId;
    if (!reply.raw.destroyed && (counts || request.trace.spans)) {
      counts?.begin(request);
      request.trace.spans?.setTraceResponse(reply);
      reply.raw.once('close', () => end(request, reply, counts));
    }
    done();
  });
}

function end(request: FastifyRequest, reply: FastifyReply, counts: HttpMetrics | undefined): void {
  counts?.end(request, reply);
  const { spans } = request.trace;
  if (!spans) return;
  const { status, error } = outcomeOf(request, reply);
  spans.end(status, error);
}
