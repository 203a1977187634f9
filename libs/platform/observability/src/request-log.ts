import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { Log } from './log.js';
import { newTraceId, traceParentOf } from './tracing/trace-context.js';

/** What may be repeated in a log line and a header: no line breaks, no quotes, no length. */
const REQUEST_ID = /^[\w.:-]{1,128}$/;

declare module 'fastify' {
  interface FastifyRequest {
    /** Leaves the request out of the log: what has responded to it logs a summary of many. */
    isUnlogged: boolean;
  }
}

/** The paths that machines hit all the time; logged at debug. */
const PROBES = new Set(['/livez', '/readyz', '/startupz', '/health', '/metrics']);

/** Gives every request its request id, and one line in the log when it is answered. */
export function logRequests(fastify: FastifyInstance, log: Log): void {
  fastify.decorateRequest('isUnlogged', false);
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', requestIdOf(request));
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    if (request.isUnlogged) return done();
    const route = request.routeOptions.url ?? 'unmatched';
    const { spanId, graphqlCost: cost } = request.trace;
    log.pino[PROBES.has(route) ? 'debug' : 'info'](
      {
        request_id: requestIdOf(request),
        trace_id: request.traceId,
        span_id: spanId,
        'http.request.method': request.method,
        'http.route': route,
        'http.response.status_code': reply.statusCode,
        duration_ms: Math.round(reply.elapsedTime * 1000) / 1000,
        ...(cost !== undefined && { 'graphql.cost': cost }),
      },
      'request',
    );
    done();
  });
}

/** The caller's, or a new one; of what is no request of Fastify's. */
export function traceIdOf({ headers }: Pick<FastifyRequest, 'headers'>): string {
  return traceParentOf(headers)?.traceId ?? newTraceId();
}

/** What the caller calls the request, or else its trace id. */
export function requestIdOf(request: FastifyRequest): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : request.traceId;
}
