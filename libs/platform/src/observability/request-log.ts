import { randomUUID } from 'node:crypto';

import type { FastifyInstance, FastifyRequest } from 'fastify';

import { costOf } from '../graphql/cost-limit.js';
import type { Log } from './log.js';

/** `traceparent` of W3C Trace Context: version, trace id, parent id, flags. */
const TRACEPARENT =
  /^(?!ff)(00(?=.{53}$)|(?!00)[0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-|$)/;

/** What may be repeated in a log line and a header: no line breaks, no quotes, no length. */
const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** The paths that probes hit every second; logged at debug. */
const PROBES = new Set(['/livez', '/readyz', '/startupz', '/health']);

/** Gives every request its trace id and request id, and one line in the log when it is answered. */
export function logRequests(fastify: FastifyInstance, log: Log): void {
  fastify.decorateRequest('traceId', '');
  fastify.addHook('onRequest', (request, reply, done) => {
    request.traceId = traceIdOf(request);
    reply.header('x-request-id', requestIdOf(request));
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    if (request.isShed) return done(); // counted, and told of together
    const route = request.routeOptions.url ?? 'unmatched';
    const cost = costOf(request);
    log.pino[PROBES.has(route) ? 'debug' : 'info'](
      {
        request_id: requestIdOf(request),
        trace_id: request.traceId,
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

/** The caller's, or a new one: a UUID is as random as it takes, and node keeps a stock of randomness for them. */
export function traceIdOf({ headers: { traceparent } }: Pick<FastifyRequest, 'headers'>): string {
  const given = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent)?.[2] : undefined;
  return given ?? randomUUID().replaceAll('-', '');
}

/** What the caller calls the request, or else its trace id. */
export function requestIdOf(request: FastifyRequest): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : request.traceId;
}
