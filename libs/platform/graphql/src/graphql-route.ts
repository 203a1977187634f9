import type { FastifyInstance } from 'fastify';

import { declareRoutes, declareUnmatched } from '@haven/http';

/** Where GraphQL is served, over HTTP and over WebSocket. */
export const GRAPHQL_PATH = '/graphql';

/**
 * Declares Apollo's route; call it before `configureHttp`, which reads the declarations. A request costs one read, and its
 * operations are charged once they are known.
 */
export function declareGraphql(fastify: FastifyInstance): void {
  declareRoutes(fastify, (pattern) => pattern === GRAPHQL_PATH, { api: 'graphql', cost: 'read', manyDocuments: true });
  declareUnmatched(fastify, GRAPHQL_PATH, { api: 'graphql' });
}
