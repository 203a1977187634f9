import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { graphqlErrorOf, toProblem } from '@haven/api';
import { ClientGone } from '@haven/kernel';
import type { HavenError } from '@haven/kernel';
import { requestIdOf } from '@haven/observability';
import { Overload } from '@haven/rate-limits';

import { securityHeaders } from './security-headers.js';

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Decides which requests are rejected. `overload` is set when the application is created, after the hook is
     * registered.
     */
    loadShedder: { overload?: Overload };
  }
}

/**
 * Lets requests to both APIs that exceed the process's capacity wait, and rejects those that would wait too long,
 * before authentication and before the body is read.
 * Probes and pages are exempt: they cost little, and an orchestrator would kill a busy process whose probes fail.
 */
export function shedLoad(fastify: FastifyInstance): void {
  const loadShedder: FastifyInstance['loadShedder'] = {};
  fastify.decorate('loadShedder', loadShedder);
  fastify.addHook('onRequest', (request, reply, done) => {
    const admission = request.route.api ? loadShedder.overload?.admission(reply.raw) : undefined;
    if (!admission) return done();
    const respond = (refusal: HavenError | undefined): void => {
      if (!refusal) return done();
      if (refusal instanceof ClientGone) return; // nothing is left to do for the request
      sendRefusal(refusal, request, reply);
    };
    if (admission instanceof Promise) void admission.then(respond);
    else respond(admission);
  });
}

/** Connects the hook that rejects requests to {@link Overload}, which decides when to reject them. */
@Injectable()
export class LoadSheddingHook implements OnModuleInit {
  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly overload: Overload,
  ) {}

  onModuleInit(): void {
    this.adapter.httpAdapter.getInstance<FastifyInstance>().loadShedder.overload = this.overload;
  }
}

const SECURITY = Object.entries(securityHeaders).flat();

/**
 * Writes the response directly, without hooks. Rejecting ten times as many requests as a process can handle then takes
 * only a fraction of the process's time.
 */
function sendRefusal(refusal: HavenError, request: FastifyRequest, reply: FastifyReply): void {
  request.isUnlogged = true; // `Overload` logs the number of rejected requests
  request.refusal = refusal;
  const isGraphql = request.route.api === 'graphql';
  const body = JSON.stringify(
    isGraphql ? { errors: [graphqlErrorOf(refusal, request.traceId)] } : toProblem(refusal, request),
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
