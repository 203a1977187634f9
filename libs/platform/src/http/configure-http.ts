import fastifyHelmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

import { HavenError, printJson } from '@haven/kernel';

import type { HavenConfig } from '../config/index.js';
import { serveIde } from '../graphql/ide.js';
import type { Log } from '../observability/log.js';
import { logRequests } from '../observability/request-log.js';
import { answerAllowedMethods } from './allowed-methods.js';
import { readBodies } from './json-body.js';
import { negotiate } from './negotiation.js';
import { writeRepresentations } from './representation.js';

/** What every request passes before and after its route, in this order. */
export async function configureHttp(fastify: FastifyInstance, config: HavenConfig, log: Log): Promise<void> {
  logRequests(fastify, log);
  await fastify.register(fastifyHelmet, {
    contentSecurityPolicy: { directives: CONTENT_POLICY },
    strictTransportSecurity: false,
  });
  readBodies(fastify, config);
  refuseLongAddresses(fastify, config.limits.uriBytes);
  answerAllowedMethods(fastify);
  negotiate(fastify);
  writeRepresentations(fastify);
  fastify.setReplySerializer(printJson);
  if (config.graphql.ide) serveIde(fastify);
}

/** Everything a page needs comes from this server. Swagger UI styles inline; nothing scripts inline. */
const CONTENT_POLICY = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:'],
  frameAncestors: ["'none'"],
  upgradeInsecureRequests: null,
};

function refuseLongAddresses(fastify: FastifyInstance, limit: number): void {
  fastify.addHook('onRequest', async ({ url }) => {
    if (url.length > limit)
      throw new HavenError('URI_TOO_LONG', `The address passes the limit of ${limit} bytes (limits.uriBytes).`);
  });
}
