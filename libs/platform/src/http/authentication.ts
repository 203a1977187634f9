import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { Caller } from '@haven/kernel';

import { Authenticator } from './authenticator.js';

/** Everything below the two doors needs a caller, before its body is read; what is elsewhere holds no tenant's data. */
const NEEDS_CALLER = /^\/(?:api|graphql)(?:[/?]|$)/;

/** Finds out who calls, once a request. */
@Injectable()
export class Authentication implements OnModuleInit {
  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly authenticator: Authenticator,
  ) {}

  onModuleInit(): void {
    const fastify = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    fastify.decorateRequest('caller');
    fastify.addHook('onRequest', (request, _reply, done) => {
      if (!NEEDS_CALLER.test(request.url)) return done();
      this.identify(request, done);
    });
  }

  private identify(request: FastifyRequest, done: (error?: Error) => void): void {
    try {
      const caller = this.authenticator.authenticate(request);
      if (caller instanceof Promise) return void this.wait(request, caller, done);
      request.caller = caller;
    } catch (error) {
      return done(error as Error); // what an authenticator throws is an error
    }
    done();
  }

  private async wait(request: FastifyRequest, caller: Promise<Caller>, done: (error?: Error) => void): Promise<void> {
    try {
      request.caller = await caller;
    } catch (error) {
      return done(error as Error);
    }
    done();
  }
}
