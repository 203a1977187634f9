import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { HavenError } from '@haven/kernel';

import type { HavenConfig } from '../config/index.js';
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

/** Gives every request its trace, counts it when it is over, and tells clients how long it took. */
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
  if (config.telemetry.serverTiming) tellTimes(fastify);
}

function end(request: FastifyRequest, reply: FastifyReply, counts: HttpMetrics | undefined): void {
  counts?.end(request, reply);
  const { spans } = request.trace;
  if (!spans) return;
  const { status, error } = outcomeOf(request, reply);
  spans.end(status, error);
}

/** `Server-Timing` (W3C) on the responses of both APIs. */
function tellTimes(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (request.route.api) {
      const { databaseMs } = request.trace;
      reply.header('server-timing', `total;dur=${tenths(reply.elapsedTime)}, db;dur=${tenths(databaseMs)}`);
    }
    done(null, payload);
  });
}

function tenths(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
