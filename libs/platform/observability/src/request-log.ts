import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Log } from './log.js';
import { oneLine } from './log-text.js';
import { outcomeOf } from './metrics/http-metrics.js';
import { newTraceId, traceParentOf } from './tracing/trace-context.js';

/** Matches request ids that may be copied to logs and headers: short, without line breaks and quotes. */
const REQUEST_ID = /^[\w.:-]{1,128}$/;

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether to omit the request from the log, because the code that responded logs a summary instead. */
    isUnlogged: boolean;
  }
}

/** Paths that monitoring systems request continuously; they are logged at the level debug. */
const PROBES = new Set(['/livez', '/readyz', '/startupz', '/health', '/metrics']);

/**
 * Assigns a request id to every request, and logs one line when the response has been sent or the client has
 * disconnected. `addressOf` returns the address of the client.
 */
export function logRequests(fastify: FastifyInstance, log: Log, addressOf: (request: FastifyRequest) => string): void {
  fastify.decorateRequest('isUnlogged', false);
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', requestIdOf(request));
    const address = addressOf(request); // a socket has no address any more when it is closed
    if (!reply.raw.destroyed) reply.raw.once('close', () => logRequest(log, request, reply, address));
    done();
  });
}

function logRequest(log: Log, request: FastifyRequest, reply: FastifyReply, address: string): void {
  if (request.isUnlogged) return;
  const route = request.routeOptions.url ?? 'unmatched';
  const { spanId, graphqlCost: cost } = request.trace;
  const { status, error } = outcomeOf(request, reply);
  const level = PROBES.has(route) ? 'debug' : 'info';
  if (log.isForPeople) return log.pino[level](shortLine(request, { status, error, elapsedMs: reply.elapsedTime }));
  const { tenantId, actor } = request.caller ?? {};
  log.pino[level](
    {
      request_id: requestIdOf(request),
      trace_id: request.traceId,
      span_id: spanId,
      tenant: tenantId,
      key_id: actor?.startsWith(KEY) ? actor.slice(KEY.length) : undefined,
      'client.address': address,
      'http.request.method': request.method,
      'http.route': route,
      'http.response.status_code': status === undefined ? undefined : Number(status),
      'error.type': error,
      duration_ms: Math.round(reply.elapsedTime * 1000) / 1000,
      ...(cost !== undefined && { 'graphql.cost': cost }),
    },
    'request',
  );
}

/** Length of a path that is shown on a terminal. */
const MAX_PATH = 120;

interface ShownOutcome {
  status: string | undefined;
  error: string | undefined;
  elapsedMs: number;
}

/**
 * Returns the line of a request for people, such as `GET /api/v1/collections/movies 200 4 ms`. Unlike a line of JSON,
 * it has the path of the request, but not its query string, which may contain values of documents.
 */
export function shortLine(
  { method, url }: Pick<FastifyRequest, 'method' | 'url'>,
  { status, error, elapsedMs }: ShownOutcome,
): string {
  const [path = ''] = url.split('?', 1);
  const shown = path.length > MAX_PATH ? `${path.slice(0, MAX_PATH)}…` : path;
  const outcome = [status, `${Math.round(elapsedMs)} ms`, error].filter((part) => part !== undefined);
  return oneLine(`${method} ${shown} ${outcome.join(' ')}`);
}

/** Beginning of the actor of a caller with an API key. What follows is the public part of the key. */
const KEY = 'key:';

/** Returns the client's trace id or a new one, for requests that Fastify does not handle. */
export function traceIdOf({ headers }: Pick<FastifyRequest, 'headers'>): string {
  return traceParentOf(headers)?.traceId ?? newTraceId();
}

/** Returns the request id of the client if it is valid, otherwise the trace id. */
export function requestIdOf(request: FastifyRequest): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : request.traceId;
}
