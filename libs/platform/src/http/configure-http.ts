import type { FastifyInstance } from 'fastify';

import { HavenError, printJson } from '@haven/kernel';

import type { HavenConfig } from '../config/index.js';
import { serveIde } from '../graphql/ide.js';
import type { Log } from '../observability/log.js';
import { logRequests } from '../observability/request-log.js';
import { shedLoad } from '../overload/shed-load.js';
import { answerAllowedMethods } from './allowed-methods.js';
import { readBodies } from './json-body.js';
import { negotiate } from './negotiation.js';
import { writeRepresentations } from './representation.js';
import { sendSecurityHeaders } from './security-headers.js';

/**
 * What every request passes before and after its route, in this order. Hooks that wait for nothing are plain functions: an
 * async one costs each request a promise.
 */
export function configureHttp(fastify: FastifyInstance, config: HavenConfig, log: Log): void {
  shedLoad(fastify);
  logRequests(fastify, log);
  sendSecurityHeaders(fastify);
  readBodies(fastify, config);
  refuseLongAddresses(fastify, config.limits.uriBytes);
  answerAllowedMethods(fastify);
  negotiate(fastify);
  writeRepresentations(fastify);
  fastify.setReplySerializer(printJson);
  if (config.graphql.ide) serveIde(fastify);
}

function refuseLongAddresses(fastify: FastifyInstance, limit: number): void {
  fastify.addHook('onRequest', ({ url }, _reply, done) => {
    if (url.length <= limit) return done();
    done(new HavenError('URI_TOO_LONG', `The address passes the limit of ${limit} bytes (limits.uriBytes).`));
  });
}
