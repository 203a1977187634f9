import type { FastifyInstance, FastifyRequest } from 'fastify';

import { declareRoutes, declareUnmatched } from '@haven/http';

/** Path at which GraphQL is served, over HTTP and over WebSocket. */
export const GRAPHQL_PATH = '/graphql';

/**
 * Adds Haven's configuration (API, cost, body limit) to the route of the generic schema's Apollo Server, and lets the
 * servers of other schemas handle requests to it. Call this before `configureHttp`, which reads the configuration. A
 * request is charged as one read; the remaining cost is charged once its operation is known.
 */
export function declareGraphql(fastify: FastifyInstance): void {
  const largeBodies: FastifyInstance['largeGraphqlBodies'] = {};
  fastify.decorate('largeGraphqlBodies', largeBodies);
  fastify.decorateRequest('admittedDocument');
  const typed: FastifyInstance['typedGraphql'] = {};
  fastify.decorate('typedGraphql', typed);
  fastify.decorateRequest('foundDocument');
  fastify.decorateRequest('operationRun');
  fastify.addHook('onRoute', (route) => {
    if (route.url !== GRAPHQL_PATH) return;
    const { handler } = route;
    route.handler = function (request, reply) {
      const runGeneric = () => handler.call(this, request, reply);
      return hasDocument(request) && typed.run ? typed.run(request, reply, runGeneric) : runGeneric();
    };
  });
  declareRoutes(fastify, (pattern) => pattern === GRAPHQL_PATH, {
    api: 'graphql',
    cost: 'read',
    manyDocuments: true,
    admitLargeBody: (start, request) => largeBodies.admit?.(start, request),
  });
  declareUnmatched(fastify, GRAPHQL_PATH, { api: 'graphql' });
}

function hasDocument({ method }: FastifyRequest): boolean {
  return method === 'POST' || method === 'GET';
}
