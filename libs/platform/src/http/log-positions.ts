import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import { HavenError } from '@haven/kernel';
import type { Caller, Sight } from '@haven/kernel';

import { parsePosition, printPosition } from '../database/log-position.js';
import { Replicas } from '../database/replicas.js';

const HEADER = 'haven-position';

/**
 * Tells each client with its answer how far in the database's log it has been shown, and shows it nothing older once it sends
 * that back: where there are replicas, and of collections whose records are remembered. The process itself need not know the
 * client.
 */
@Injectable()
export class LogPositions implements OnModuleInit {
  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly replicas: Replicas,
  ) {}

  onModuleInit(): void {
    const { configured: isKept } = this.replicas;
    const fastify = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('preHandler', (request, _reply, done) => {
      try {
        if (request.caller) request.caller.sight = sightOf(request, isKept);
        done();
      } catch (error) {
        done(error as Error); // what is thrown on the way is an error
      }
    });
    fastify.addHook('onSend', (request, reply, payload, done) => {
      reply.headers(positionHeader(request.caller));
      done(null, payload);
    });
  }
}

/** What tells the caller how far in the log he has been shown; none where that does not matter. */
export function positionHeader(caller: Caller | undefined): Record<string, string> {
  const position = caller?.sight?.position ?? 0n;
  return position > 0n ? { [HEADER]: printPosition(position) } : {};
}

/** Whoever asks for the latest (RFC 9111, section 5.2.1.4), or knows a version and not where in the log it is, is shown that. */
function sightOf({ headers }: FastifyRequest, isKept: boolean): Sight {
  const text = headers[HEADER];
  const position = text === undefined ? 0n : parsePosition(String(text));
  if (position === undefined) {
    throw new HavenError(
      'MALFORMED_REQUEST',
      'Haven-Position must be what an earlier answer said, such as 00000016/B374D848.',
    );
  }
  const isTold = text !== undefined;
  const latest = NO_CACHE.test(headers['cache-control'] ?? '') || (!isTold && headers['if-none-match'] !== undefined);
  return { position, primary: 0n, isKept, isTold, fromPrimary: false, latest };
}

const NO_CACHE = /(?:^|[\s,])no-cache(?:$|[\s,])/i;
