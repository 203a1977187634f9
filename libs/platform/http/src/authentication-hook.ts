import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { HavenError, mapMaybeAsync } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { RateLimiter } from '@haven/rate-limits';
import type { Arrival } from '@haven/rate-limits';

import { ResponseConnection } from './response-connection.js';
import { Authenticator } from './authenticator.js';

/**
 * Identifies the caller of every request whose route is not declared public, before its body is read. A route can also
 * leave it to the client whether to send a key.
 */
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
      const { access } = request.route;
      if (access === 'public') return done();
      const isOptional = access === 'optional' && request.headers.authorization === undefined;
      let identified: Caller | undefined | Promise<Caller | undefined>;
      try {
        identified = isOptional ? this.identify(request) : this.authenticate(request, reply);
      } catch (error) {
        return done(error as Error); // only errors are thrown here
      }
      if (identified instanceof Promise) return void this.wait(request, identified, done);
      if (identified) request.caller = identified;
      done();
    });
  }

  private async wait(
    request: FastifyRequest,
    identified: Promise<Caller | undefined>,
    done: (error?: Error) => void,
  ): Promise<void> {
    try {
      const caller = await identified;
      if (caller) request.caller = caller;
    } catch (error) {
      return done(error as Error); // only errors are thrown here
    }
    done();
  }

  /** Returns the caller of a request without a key or token, if there is one. Such a request is not counted. */
  private async identify(request: FastifyRequest): Promise<Caller | undefined> {
    try {
      return await this.authenticator.authenticate(request);
    } catch (error) {
      if (error instanceof HavenError && error.code === 'UNAUTHENTICATED') return undefined;
      throw error;
    }
  }

  /**
   * Authenticates the request and counts it against the rate limits, unless it is an `OPTIONS` request. Returns no
   * promise if nothing has to be looked up.
   */
  private authenticate(request: FastifyRequest, reply: FastifyReply): Caller | Promise<Caller> {
    const authenticate = () => this.authenticator.authenticate(request);
    const admitted =
      request.method === 'OPTIONS'
        ? authenticate()
        : this.rateLimiter.admit(arrivalOf(request), reply, authenticate);
    return mapMaybeAsync(admitted, (caller) => {
      caller.trace = request.trace;
      caller.client = new ResponseConnection(reply.raw);
      caller.isStream = isStream(request);
      return caller;
    });
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
