import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';

import { Subscribers } from '../application/subscribers.js';

/**
 * Ends all streams when the server starts to close. The server waits for open requests, and a stream would never end by
 * itself.
 */
@Injectable()
export class StreamShutdownHook implements OnModuleInit {
  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly subscribers: Subscribers,
  ) {}

  onModuleInit(): void {
    const fastify = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('preClose', (done) => {
      this.subscribers.end();
      done();
    });
  }
}
