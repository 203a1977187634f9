import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { HavenConfig } from '@haven/config';
import { HavenError } from '@haven/kernel';

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
  if (raw.headers.host === undefined && raw.httpVersion === '1.1') {
    return new HavenError('MALFORMED_REQUEST', 'A Host header is required (RFC 9112 §3.2).');
  }
  if (raw.headers.host !== undefined && !URL.canParse(`http://${raw.headers.host}`)) {
    return new HavenError('MALFORMED_REQUEST', 'The Host header is not a valid host (RFC 9112 §3.2).');
  }
  return undefined;
}
