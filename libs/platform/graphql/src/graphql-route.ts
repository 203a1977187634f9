import type { FastifyInstance } from 'fastify';

import { declareRoutes, declareUnmatched } from '@haven/http';

/** Path at which GraphQL is served, over HTTP and over WebSocket. */
export const GRAPHQL_PATH = '/graphql';

/**
 * Adds Haven's configuration (API, cost, body limit) to Apollo's route. Call this before `configureHttp`, which reads
 * the configuration. A request is charged as one read; the remaining cost is charged once its operation is known.
 */
export function declareGraphql(fastify: FastifyInstance): void {
  const largeBodies: FastifyInstance['largeGraphqlBodies'] = {};
  fastify.decorate('largeGraphqlBodies', largeBodies);
  fastify.decorateRequest('admittedDocument');
  declareRoutes(fastify, (pattern) => pattern === GRAPHQL_PATH, {
    api: 'graphql',
    cost: 'read',
    manyDocuments: true,
    admitLargeBody: (start, request) => largeBodies.admit?.(start, request),
  });
  declareUnmatched(fastify, GRAPHQL_PATH, { api: 'graphql' });
}
