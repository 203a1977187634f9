import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';

import { Subscribers } from '../application/subscribers.js';

/** Ends the streams as soon as the server begins to close: it waits for its requests, and they would never end by themselves. */
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
