import type { FastifyInstance } from 'fastify';

import type { HavenConfig } from '@haven/config';
import { declareRoutes, declareUnmatched } from '@haven/http';

import { serveIde } from './ide.js';

/** Where GraphQL is served, over HTTP and over WebSocket. */
export const GRAPHQL_PATH = '/graphql';

/**
 * Declares Apollo's route and serves the IDE there; its hooks run after those of `configureHttp`. A request costs one read, and
 * its operations are charged once they are known.
 */
export function configureGraphql(fastify: FastifyInstance, config: HavenConfig): void {
  declareRoutes(fastify, (pattern) => pattern === GRAPHQL_PATH, { api: 'graphql', cost: 'read', manyDocuments: true });
  declareUnmatched(fastify, GRAPHQL_PATH, { api: 'graphql' });
  if (config.graphql.ide) serveIde(fastify);
}
