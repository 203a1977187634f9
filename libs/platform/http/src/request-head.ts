import type { IncomingMessage } from 'node:http';

import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { HavenConfig } from '@haven/config';
import { HavenError, memoize } from '@haven/kernel';

/**
 * Rejects invalid requests that Node accepts. For example, Node silently drops header fields beyond the first 2,000,
 * and an `If-Match` may be among the dropped ones.
 */
export function validateRequestHead(fastify: FastifyInstance, { limits }: HavenConfig): void {
  // An unknown expectation may be ignored (RFC 9110 §10.1.1). Node would reject it without a problem document.
  fastify.server.on('checkExpectation', (request, response) => fastify.server.emit('request', request, response));
  fastify.addHook('onRequest', (request, _reply, done) => done(problemWith(request, limits)));
}

function problemWith({ url, raw }: FastifyRequest, limits: HavenConfig['limits']): HavenError | undefined {
  if (url.length > limits.uriBytes) {
    return new HavenError('URI_TOO_LONG', `The URL exceeds the limit of ${limits.uriBytes} bytes (limits.uriBytes).`);
  }
  if (raw.rawHeaders.length > 2 * limits.headerFields) {
    const limit = `the limit of ${limits.headerFields} fields (limits.headerFields)`;
    return new HavenError('HEADERS_TOO_LARGE', `The request header exceeds ${limit}.`);
  }
  return problemWithHost(raw);
}

/**
 * Returns the error for a request whose `Host` header is missing, repeated or invalid. Node keeps the first of several
 * `Host` headers and a proxy may use another one, so the two would disagree about the host.
 */
export function problemWithHost({
  rawHeaders,
  headers: { host },
  httpVersion,
}: IncomingMessage): HavenError | undefined {
  if (host === undefined && httpVersion === '1.1') {
    return new HavenError('MALFORMED_REQUEST', 'A Host header is required (RFC 9112 §3.2).');
  }
  if (host === undefined) return undefined;
  if (countHosts(rawHeaders) > 1) {
    return new HavenError('MALFORMED_REQUEST', 'The request must have a single Host header (RFC 9112 §3.2).');
  }
  if (!isHost(host)) {
    return new HavenError('MALFORMED_REQUEST', 'The Host header is not a valid host (RFC 9112 §3.2).');
  }
  return undefined;
}

/** Returns the number of `Host` headers. Only names of that length are converted, as most requests have few. */
function countHosts(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === 'host') count++;
  }
  return count;
}

/** Maximum number of `Host` headers whose validity is cached. */
const MAX_HOSTS = 100;

/** Whether a text is a host with an optional port, and nothing that a URL has besides them. */
const isHost = memoize((text) => !/[/?#@\\]/.test(text) && URL.canParse(`http://${text}`), MAX_HOSTS);
