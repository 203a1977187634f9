import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { HavenConfig } from '@haven/config';
import type { HavenError } from '@haven/kernel';

import { HttpMetrics, outcomeOf } from './metrics/http-metrics.js';
import type { Telemetry } from './telemetry.js';
import type { RequestTrace } from './tracing/request-trace.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Its ids, and what is told of the work for it. */
    trace: RequestTrace;
    /** The error it was answered with, if it was; of GraphQL, what refused the request as a whole. */
    refusal: HavenError | undefined;
  }
}

/** Begins a trace for every request, and records metrics and spans when it ends. */
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
      request.trace.spans?.tell(reply);
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
