import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Activity, CountedOperation } from '@haven/observability';

/**
 * Counts the requests of both APIs when they end, and the errors for which whole requests are refused. Pages and probes
 * belong to no API and are not counted; neither are `OPTIONS` requests, which browsers send on their own.
 */
export function countActivity(fastify: FastifyInstance, activity: Activity): void {
  const rest = new Map<string, CountedOperation>();
  fastify.addHook('onRequest', (request, reply, done) => {
    const { api } = request.route;
    if (api && request.method !== 'OPTIONS' && !reply.raw.destroyed)
      reply.raw.once('close', () => count(request, reply));
    done();
  });

  function count(request: FastifyRequest, reply: FastifyReply): void {
    const { route, caller, refusal } = request;
    const isStream = caller?.isStream === true;
    if (refusal) activity.countError(caller?.tenantId, refusal.code);
    activity.countRequest(caller?.tenantId, {
      api: isStream ? 'streams' : route.api === 'graphql' ? 'graphql' : 'rest',
      status: reply.raw.headersSent ? reply.raw.statusCode : undefined,
      milliseconds: reply.elapsedTime,
      operation: route.api === 'graphql' ? request.trace.graphqlOperation : restOperation(route.operation?.id),
    });
  }

  function restOperation(id: string | undefined): CountedOperation | undefined {
    if (id === undefined) return undefined;
    const known = rest.get(id);
    if (known) return known;
    const created = { name: `rest ${id}`, kind: `rest ${id}` };
    rest.set(id, created);
    return created;
  }
}
