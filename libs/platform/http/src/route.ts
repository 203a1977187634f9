import type { FastifyContextConfig, FastifyInstance } from 'fastify';

import { HavenError } from '@haven/kernel';

import { sendProblem } from './error.filter.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** What holds for requests that match no route. Each scope may have its own. */
    unmatched: FastifyContextConfig;
  }
  interface FastifyRequest {
    /** What the matched route declares. It is read once: each access of `routeOptions` builds an object. */
    route: FastifyContextConfig;
  }
}

/** Gives each request what its route declares, before any other hook. Fastify has matched the route by then. */
export function readRoutes(fastify: FastifyInstance): void {
  fastify.decorate('unmatched', { access: 'public' });
  fastify.decorateRequest('route');
  fastify.addHook('onRequest', (request, _reply, done) => {
    request.route = request.is404 ? request.server.unmatched : request.routeOptions.config;
    done();
  });
}

/** Declares routes that another package registers, such as Apollo's, by the pattern under which it registers them. */
export function declareRoutes(
  fastify: FastifyInstance,
  isMeant: (pattern: string) => boolean,
  config: FastifyContextConfig,
): void {
  fastify.addHook('onRoute', (route) => {
    if (isMeant(route.url)) route.config = { ...config, ...route.config };
  });
}

/** Declares what holds at a prefix, and everywhere below it, for requests that match no route. */
export function declareUnmatched(fastify: FastifyInstance, prefix: string, config: FastifyContextConfig): void {
  void fastify.register(
    (scope, _options, done) => {
      scope.decorate('unmatched', config);
      scope.setNotFoundHandler((request, reply) => sendProblem(NOT_FOUND, request, reply));
      done();
    },
    { prefix },
  );
}

const NOT_FOUND = new HavenError('NOT_FOUND', 'There is nothing at this address.');
