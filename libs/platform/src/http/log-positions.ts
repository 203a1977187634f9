import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import { HavenError } from '@haven/kernel';
import type { Sight } from '@haven/kernel';

import { parsePosition, printPosition } from '../database/log-position.js';
import { Replicas } from '../database/replicas.js';

const HEADER = 'haven-position';

/**
 * Where there are replicas, tells each client with its answer how far in the database's log it has been shown, and shows it
 * nothing older once it sends that back. The process itself need not know the client.
 */
@Injectable()
export class LogPositions implements OnModuleInit {
  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly replicas: Replicas,
  ) {}

  onModuleInit(): void {
    if (!this.replicas.configured) return;
    const fastify = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('preHandler', (request, _reply, done) => {
      try {
        if (request.caller) request.caller.sight = sightOf(request);
        done();
      } catch (error) {
        done(error as Error); // what is thrown on the way is an error
      }
    });
    fastify.addHook('onSend', (request, reply, payload, done) => {
      const position = request.caller?.sight?.position ?? 0n;
      if (position > 0n) reply.header(HEADER, printPosition(position));
      done(null, payload);
    });
  }
}

/** Whoever knows a version, and not where in the log it is, is shown the latest. */
function sightOf({ headers }: FastifyRequest): Sight {
  const text = headers[HEADER];
  if (text === undefined) return { position: 0n, primary: 0n, latest: headers['if-none-match'] !== undefined };
  const position = parsePosition(String(text));
  if (position === undefined) {
    throw new HavenError(
      'MALFORMED_REQUEST',
      'Haven-Position must be what an earlier answer said, such as 16/B374D848.',
    );
  }
  return { position, primary: 0n, latest: false };
}
