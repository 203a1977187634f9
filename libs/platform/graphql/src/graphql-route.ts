import type { FastifyInstance } from 'fastify';

import { declareRoutes, declareUnmatched } from '@haven/http';

/** Path at which GraphQL is served, over HTTP and over WebSocket. */
export const GRAPHQL_PATH = '/graphql';

/**
 * Adds declarations to Apollo's route. Call this before `configureHttp`, which reads the declarations. A request costs
 * one read; the rest of its operation's cost is charged once the operation is known.
 */
export function declareGraphql(fastify: FastifyInstance): void {
  declareRoutes(fastify, (pattern) => pattern === GRAPHQL_PATH, { api: 'graphql', cost: 'read', manyDocuments: true });
  declareUnmatched(fastify, GRAPHQL_PATH, { api: 'graphql' });
}
