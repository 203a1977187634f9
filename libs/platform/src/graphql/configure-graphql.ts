import type { FastifyInstance } from 'fastify';

import { declareRoutes, declareUnmatched } from '../http/route.js';

/** Where GraphQL is served, over HTTP and over WebSocket. */
export const GRAPHQL_PATH = '/graphql';

/** Declares Apollo's route. A request costs one read; what its operations cost beyond that, they pay once they are known. */
export function declareGraphql(fastify: FastifyInstance): void {
  declareRoutes(fastify, (pattern) => pattern === GRAPHQL_PATH, { api: 'graphql', cost: 'read', manyDocuments: true });
  declareUnmatched(fastify, GRAPHQL_PATH, { api: 'graphql' });
}
