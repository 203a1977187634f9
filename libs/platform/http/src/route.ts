import type { FastifyContextConfig, FastifyInstance } from 'fastify';

import { HavenError } from '@haven/kernel';

import { sendProblem } from './error.filter.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** Configuration (API, access, …) for requests that match no route. Each Fastify scope can have its own. */
    unmatched: FastifyContextConfig;
  }
  interface FastifyRequest {
    /**
     * Configuration of the matched route, or `unmatched`. It is read once, because each access to `routeOptions`
     * creates an object.
     */
    route: FastifyContextConfig;
  }
}

/** Sets `request.route` before any other hook runs. Fastify has already matched the route by then. */
export function readRoutes(fastify: FastifyInstance): void {
  fastify.decorate('unmatched', { access: 'public' });
  fastify.decorateRequest('route');
  fastify.addHook('onRequest', (request, _reply, done) => {
    request.route = request.is404 ? request.server.unmatched : request.routeOptions.config;
    done();
  });
}

/** Adds configuration to routes that another package registers, such as Apollo's, selected by their URL pattern. */
export function declareRoutes(
  fastify: FastifyInstance,
  matches: (pattern: string) => boolean,
  config: FastifyContextConfig,
): void {
  fastify.addHook('onRoute', (route) => {
    if (matches(route.url)) route.config = { ...config, ...route.config };
  });
}

/** Sets the configuration for requests at or below a prefix that match no route. */
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

const NOT_FOUND = new HavenError('NOT_FOUND', 'There is no resource at this URL.');
