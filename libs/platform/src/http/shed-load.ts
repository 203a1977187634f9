import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { HavenError } from '@haven/kernel';

import { graphqlErrorOf } from '../graphql/format-error.js';
import { problemOf } from '../http/problem.js';
import { securityHeaders } from '../http/security-headers.js';
import { requestIdOf } from '../observability/request-log.js';
import type { Overload } from './overload.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** What refuses requests, once the application that knows when is made. */
    door: { overload?: Overload };
  }
  interface FastifyRequest {
    /** Refused before anything was done for it. */
    isShed: boolean;
  }
}

/**
 * Refuses requests to either door past the process's capacity, before their body is read and anybody looks who calls. Probes
 * and pages are outside: they ask little, and an orchestrator that gets no answer would end a process that only has much to do.
 */
export function shedLoad(fastify: FastifyInstance): void {
  const door: FastifyInstance['door'] = {};
  fastify.decorate('door', door);
  fastify.decorateRequest('isShed', false);
  fastify.addHook('onRequest', (request, reply, done) => {
    const refusal = request.route.api && door.overload?.refusal();
    if (!refusal) return done();
    refuse(refusal, request, reply);
  });
}

const SECURITY = Object.entries(securityHeaders).flat();

/** By hand, past all hooks: ten times what a process can take is refused in a fraction of its time. */
function refuse(refusal: HavenError, request: FastifyRequest, reply: FastifyReply): void {
  request.isShed = true;
  request.refusal = refusal;
  const { traceId, url } = request;
  const isGraphql = request.route.api === 'graphql';
  const path = url.split('?', 1)[0] ?? '/';
  const body = JSON.stringify(
    isGraphql ? { errors: [graphqlErrorOf(refusal, traceId)] } : problemOf(refusal, path, traceId),
  );
  reply.hijack();
  reply.raw
    .writeHead(refusal.status, [
      ...SECURITY,
      'x-request-id',
      requestIdOf(request),
      'retry-after',
      String(refusal.extras.retryAfter),
      'content-type',
      isGraphql ? 'application/json; charset=utf-8' : 'application/problem+json',
      'content-length',
      String(Buffer.byteLength(body)),
    ])
    .end(body);
}
