import type { FastifyInstance } from 'fastify';

import type { HavenConfig } from '@haven/config';

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, QUERY';

/** What clients may send beside the few that need no leave. */
const ACCEPTED = [
  'Apollo-Require-Preflight',
  'Authorization',
  'Cache-Control',
  'Content-Type',
  'Haven-Position',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'Last-Event-ID',
  'Prefer',
  'traceparent',
  'tracestate',
  'X-Request-Id',
].join(', ');

/** What clients need to read beside the few that every page may. */
const EXPOSED = [
  'Accept-Patch',
  'Accept-Post',
  'Accept-Query',
  'Age',
  'Allow',
  'Deprecation',
  'ETag',
  'Haven-Position',
  'Idempotency-Replayed',
  'Link',
  'Location',
  'Preference-Applied',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'Server-Timing',
  'Sunset',
  'traceresponse',
  'WWW-Authenticate',
  'X-Request-Id',
].join(', ');

/**
 * Lets scripts of the pages in `cors.origins` call Haven, and says in `Vary` what an answer depends on. Credentials are never
 * allowed: Haven heeds no cookie, and `Authorization` needs no such leave.
 */
export function configureCors(fastify: FastifyInstance, { cors }: HavenConfig): void {
  const anyone = cors.origins.includes('*');
  const allowed = new Set(cors.origins);
  const byOrigin = allowed.size > 0 && !anyone ? ['Origin'] : [];
  const vary = { api: ['Accept', 'Accept-Encoding', 'Authorization', ...byOrigin].join(', '), rest: byOrigin.join() };
  const preflight = {
    'access-control-allow-methods': METHODS,
    'access-control-allow-headers': ACCEPTED,
    'access-control-max-age': String(Math.floor(cors.maxAge / 1_000)),
  };
  fastify.addHook('onRequest', ({ route, method, headers }, reply, done) => {
    const depends = route.api === 'rest' ? vary.api : vary.rest;
    if (depends !== '') reply.header('vary', depends);
    if (headers.origin === undefined || !(anyone || allowed.has(headers.origin))) return done();
    reply.header('access-control-allow-origin', anyone ? '*' : headers.origin);
    if (method === 'OPTIONS' && headers['access-control-request-method'] !== undefined) {
      return void reply.headers(preflight).code(204).send();
    }
    reply.header('access-control-expose-headers', EXPOSED);
    done();
  });
}
