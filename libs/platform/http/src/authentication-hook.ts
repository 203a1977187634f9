import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { RateLimiter } from '@haven/rate-limits';
import type { Arrival } from '@haven/rate-limits';

import { ResponseConnection } from './response-connection.js';
import { Authenticator } from './authenticator.js';

/** Identifies the caller of every request whose route is not declared public, before its body is read. */
@Injectable()
export class AuthenticationHook implements OnModuleInit {
  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly authenticator: Authenticator,
    private readonly rateLimiter: RateLimiter,
  ) {}

  onModuleInit(): void {
    const fastify = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    fastify.decorateRequest('caller');
    fastify.addHook('onRequest', (request, reply, done) => {
      if (request.route.access === 'public') return done();
      void this.run(request, reply, done);
    });
  }

  private async run(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): Promise<void> {
    try {
      await this.authenticate(request, reply);
    } catch (error) {
      return done(error as Error); // only errors are thrown here
    }
    done();
  }

  /** Authenticates the request and counts it against the rate limits, unless it is an `OPTIONS` request. */
  private async authenticate(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const authenticate = () => this.authenticator.authenticate(request);
    request.caller =
      request.method === 'OPTIONS'
        ? await authenticate()
        : await this.rateLimiter.admit(arrivalOf(request), reply, authenticate);
    request.caller.trace = request.trace;
    request.caller.client = new ResponseConnection(reply.raw);
    request.caller.isStream = isStream(request);
  }
}

function arrivalOf(request: FastifyRequest): Arrival {
  const { raw, method, route } = request;
  const isRead = method === 'GET' || method === 'HEAD' || method === 'QUERY';
  return { request: raw, cost: route.cost ?? (isRead ? 'read' : 'write'), isStream: followsEvents(request) };
}

function followsEvents({ method, headers, route }: FastifyRequest): boolean {
  return method === 'GET' && headers.accept === EVENTS && route.produces?.includes(EVENTS) === true;
}

/** Whether the request or its response takes as long as the client sends or reads. */
function isStream(request: FastifyRequest): boolean {
  const { produces, consumes } = request.route;
  return followsEvents(request) || produces?.includes(LINES) === true || consumes?.includes(LINES) === true;
}

const EVENTS = 'text/event-stream';
const LINES = 'application/x-ndjson';
