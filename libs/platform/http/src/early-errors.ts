import { randomBytes } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

import type { FastifyReply, FastifyRequest } from 'fastify';

import { toProblem } from '@haven/api';
import type { HavenConfig } from '@haven/config';
import { HavenError } from '@haven/kernel';

import { sendProblem } from './error.filter.js';
import { configuredPrefix } from './public-paths.js';
import { securityHeaders } from './security-headers.js';

/** Time that a client has to read the response before its connection is closed, in milliseconds. */
const LINGER_MS = 2_000;

/** Responds to a URL that the router cannot decode. Fastify runs no hooks then, so the trace id is created here. */
export function onRoutingError(_error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  request.traceId ||= randomBytes(16).toString('hex');
  request.route = request.server.unmatched;
  request.publicPrefix = request.server.publicPaths.of(request.raw);
  reply.headers(securityHeaders);
  sendProblem(new HavenError('MALFORMED_REQUEST', 'The URL cannot be decoded.'), request, reply);
}

/** Returns a function that responds to malformed HTTP requests. */
export function onClientError(config: HavenConfig): (error: Error & { code?: string }, socket: Duplex) => void {
  const publicPrefix = configuredPrefix(config) ?? '';
  return (error, socket) => {
    if (error.code === 'ECONNRESET') return void socket.destroy();
    // Data after the first error is malformed too. The response to the first error has ended the writable side.
    if (socket.writable) respondOnSocket(socket, clientErrorReason(error.code), publicPrefix);
  };
}

/**
 * Writes a problem document (RFC 9457) directly to a socket, where there is no Fastify reply. The rest of the client's
 * data is read; otherwise the client would not receive the response.
 */
export function respondOnSocket(socket: Duplex, error: HavenError, publicPrefix: string): void {
  const problem = toProblem(error, { url: '/', publicPrefix, traceId: randomBytes(16).toString('hex') });
  const body = JSON.stringify(problem);
  const headers = {
    ...securityHeaders,
    ...(error.extras.retryAfter !== undefined && { 'retry-after': error.extras.retryAfter }),
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${lines.join('')}\r\n${body}`);
  socket.resume();
  const linger = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('end', () => socket.destroy()).once('close', () => clearTimeout(linger));
}

function clientErrorReason(code: string | undefined): HavenError {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new HavenError('HEADERS_TOO_LARGE', 'The request header exceeds limits.headerBytes.');
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new HavenError('REQUEST_TIMEOUT', 'The request header did not arrive in time (connections.headersTimeout).');
  }
  return new HavenError('MALFORMED_REQUEST', 'Malformed HTTP request.');
}
