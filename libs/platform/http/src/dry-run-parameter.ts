import type { FastifyInstance } from 'fastify';

import { invalid, isJsonObject } from '@haven/kernel';

/**
 * Reads the parameter `dryRun` of routes that allow it, and removes it from the query string: handlers do not know
 * whether their changes are rolled back.
 */
export function readDryRuns(fastify: FastifyInstance): void {
  fastify.decorateRequest('dryRun');
  fastify.addHook('onRoute', (route) => {
    const where = route.config?.dryRun;
    if (where === undefined) return;
    route.preHandler = (request, _reply, done) => {
      try {
        request.dryRun = takeParameter(request.query as Record<string, unknown>);
        const { body } = request;
        if (where === 'query or body' && isJsonObject(body) && body['dryRun'] === true) request.dryRun = true;
      } catch (error) {
        return done(error as Error); // only errors are thrown here
      }
      done();
    };
  });
}

function takeParameter(query: Record<string, unknown>): boolean {
  const { dryRun } = query;
  delete query['dryRun'];
  if (dryRun === undefined || dryRun === 'false') return false;
  if (dryRun === 'true') return true;
  throw invalid('VALIDATION_FAILED', '/dryRun', 'must be true or false');
}
