import { Catch } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { graphqlErrorOf, toProblem } from '@haven/api';
import { ClientGone, toHavenError } from '@haven/kernel';
import type { HavenError } from '@haven/kernel';
import { Log } from '@haven/observability';

import { drainRequest } from './drain-request.js';

/**
 * Handles all errors: sends a problem document for REST; returns the error itself for GraphQL, where `formatError`
 * formats it.
 */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(private readonly log: Log) {}

  catch(thrown: unknown, host: ArgumentsHost): unknown {
    const error = toHavenError(thrown);
    if (host.getType<string>() === 'graphql') return error;
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    if (error.status >= 500 && !(error instanceof ClientGone)) this.log.failure(error, request.trace);
    return sendProblem(error, request, http.getResponse<FastifyReply>());
  }
}

/**
 * Sends an error as `application/problem+json`, or as a GraphQL response on a GraphQL route. If a response has already
 * started or the client is gone, closes the connection instead.
 */
export function sendProblem(error: HavenError, request: FastifyRequest, reply: FastifyReply): unknown {
  if (error instanceof ClientGone) return reply.hijack().raw.destroy();
  request.refusal = error;
  if (reply.sent || reply.raw.headersSent) return reply.raw.destroy();
  drainRequest(request, reply);
  const { headers = {}, retryAfter } = error.extras;
  reply
    .code(error.status)
    .headers({ ...headers, ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }) });
  if (request.route.api === 'graphql') {
    return reply
      .type('application/json; charset=utf-8')
      .send(JSON.stringify({ errors: [graphqlErrorOf(error, request.traceId)] }));
  }
  return reply.type('application/problem+json').send(JSON.stringify(toProblem(error, request)));
}
