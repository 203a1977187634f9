import { randomBytes } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

import type { FastifyReply, FastifyRequest } from 'fastify';

import { HavenError } from '@haven/kernel';

import { sendProblem } from './error.filter.js';
import { problemOf } from './problem.js';

/** Answers an address that no route can be looked up by: Fastify stops before its hooks, so the trace id is made here. */
export function refuseUnroutable(_error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  request.traceId ||= randomBytes(16).toString('hex');
  sendProblem(new HavenError('MALFORMED_REQUEST', 'The address can not be decoded.'), request, reply);
}

/** Answers what is no HTTP request: there is only the socket, so the problem is written by hand. */
export function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const problem = problemOf(reason(error.code), '/', randomBytes(16).toString('hex'));
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function reason(code: string | undefined): HavenError {
  if (code === 'HPE_HEADER_OVERFLOW') return new HavenError('HEADERS_TOO_LARGE', 'The request header is too large.');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new HavenError('MALFORMED_REQUEST', 'The request did not arrive in time.');
  return new HavenError('MALFORMED_REQUEST', 'This is no HTTP request.');
}
