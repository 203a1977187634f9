import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Log } from './log.js';
import { oneLine } from './log-text.js';
import { outcomeOf } from './metrics/http-metrics.js';
import { requestLine } from './request-line.js';
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

/** Decides which lines are written, by the settings of `log`. */
export interface RequestLogOptions {
  /** Fraction of the successful requests that are logged. */
  readonly sampleSuccesses: number;
  /** Duration in milliseconds from which a request is always logged. */
  readonly slowRequests: number;
  /** Returns the address of the client. */
  readonly addressOf: (request: FastifyRequest) => string;
}

/**
 * Assigns a request id to every request, and logs one line when the response has been sent or the client has
 * disconnected. Of the successful requests, it logs the fraction `sampleSuccesses`.
 */
export function logRequests(fastify: FastifyInstance, log: Log, options: RequestLogOptions): void {
  fastify.decorateRequest('isUnlogged', false);
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', requestIdOf(request));
    const address = options.addressOf(request); // a socket has no address any more when it is closed
    if (!reply.raw.destroyed) reply.raw.once('close', () => logRequest(log, options, request, reply, address));
    done();
  });
}

function logRequest(
  log: Log,
  options: RequestLogOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  address: string,
): void {
  if (request.isUnlogged) return;
  const { elapsedTime: milliseconds } = reply;
  const { status, error } = outcomeOf(request, reply);
  if (!isLogged({ status, error, hasErrors: request.trace.hasErrors, milliseconds }, options)) return;
  const route = request.routeOptions.url ?? 'unmatched';
  const level = PROBES.has(route) ? 'debug' : 'info';
  if (log.isForPeople) return log.pino[level](shortLine(request, { status, error, elapsedMs: milliseconds }));
  const { tenantId, actor } = request.caller ?? {};
  const line = requestLine({
    requestId: requestIdOf(request),
    traceId: request.traceId,
    spanId: request.trace.spanId,
    tenant: tenantId,
    keyId: actor?.startsWith(KEY) ? actor.slice(KEY.length) : undefined,
    address,
    method: request.method,
    route,
    status,
    error,
    milliseconds,
    graphqlCost: request.trace.graphqlCost,
  });
  log.line(level, line, 'request');
}

interface LoggedOutcome {
  status: string | undefined;
  error: string | undefined;
  hasErrors: boolean;
  milliseconds: number;
}

/** Whether a request is logged: always if it failed, was refused or was slow, otherwise with the given probability. */
export function isLogged(
  { status, error, hasErrors, milliseconds }: LoggedOutcome,
  { sampleSuccesses, slowRequests }: Pick<RequestLogOptions, 'sampleSuccesses' | 'slowRequests'>,
  random = Math.random,
): boolean {
  const isRoutine = error === undefined && !hasErrors && Number(status) < 400 && milliseconds < slowRequests;
  return !isRoutine || sampleSuccesses >= 1 || random() < sampleSuccesses;
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
