import type { FastifyInstance } from 'fastify';

/**
 * Adds `Server-Timing` (W3C) to responses of both APIs: the duration of the whole request and of its database calls.
 */
export function sendServerTiming(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (request.route.api) {
      const { databaseMs } = request.trace;
      reply.header('server-timing', `total;dur=${tenths(reply.elapsedTime)}, db;dur=${tenths(databaseMs)}`);
    }
    done(null, payload);
  });
}

function tenths(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
