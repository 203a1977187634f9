import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import { parsePosition, printPosition, Replicas } from '@haven/database';
import { HavenError } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

const POSITION = 'haven-position';
const NO_CACHE = /(?:^|[\s,])no-cache(?:$|[\s,])/i;

/**
 * Reads from the headers of each request how current its reads must be, and writes to the response how current they
 * were: `Haven-Position`, a position in the database's log, if there are replicas; `Age`, if a record came from the
 * cache.
 */
@Injectable()
export class ReadConsistencyHook implements OnModuleInit {
  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly replicas: Replicas,
  ) {}

  onModuleInit(): void {
    const fastify = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('preHandler', (request, _reply, done) => {
      try {
        if (request.caller) this.readHeaders(request.caller, request);
        done();
      } catch (error) {
        done(error as Error); // only errors are thrown here
      }
    });
    fastify.addHook('onSend', ({ caller }, reply, payload, done) => {
      reply.headers(positionHeader(caller));
      const age = cacheAge(caller);
      if (age !== undefined) reply.header('age', String(age));
      done(null, payload);
    });
  }

  private readHeaders(caller: Caller, { headers }: FastifyRequest): void {
    const text = headers[POSITION];
    const position = text === undefined ? 0n : parsePosition(String(text));
    if (position === undefined) {
      throw new HavenError(
        'MALFORMED_REQUEST',
        'Haven-Position must be the value from an earlier response, such as 00000016/B374D848.',
      );
    }
    const isLatest = NO_CACHE.test(headers['cache-control'] ?? '');
    caller.cache = { isAllowed: text === undefined && !isLatest, oldest: undefined };
    if (!this.replicas.configured) return;
    // `If-None-Match` shows that the client has seen a version, but not at which log position, so the primary is read.
    const knowsVersion = text === undefined && headers['if-none-match'] !== undefined;
    caller.consistency = { position, primary: 0n, pinned: isLatest || knowsVersion };
  }
}

/** Returns the header with the log position that the caller has seen; no header if there are no replicas. */
export function positionHeader(caller: Caller | undefined): Record<string, string> {
  const position = caller?.consistency?.position ?? 0n;
  return position > 0n ? { [POSITION]: printPosition(position) } : {};
}

/** Returns the age of the oldest cached record in the response, in whole seconds; undefined if there is none. */
export function cacheAge(caller: Caller | undefined): number | undefined {
  const oldest = caller?.cache?.oldest;
  return oldest === undefined ? undefined : Math.floor(oldest / 1_000);
}
