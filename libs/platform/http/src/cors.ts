import type { FastifyInstance } from 'fastify';

import type { HavenConfig } from '@haven/config';

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, QUERY';

/** Request headers that scripts may send in addition to those that CORS always allows. */
const ALLOWED = [
  'Apollo-Require-Preflight',
  'Authorization',
  'Cache-Control',
  'Content-Encoding',
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

/** Response headers that scripts may read in addition to those that CORS always exposes. */
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
 * Lets scripts of pages from `cors.origins` call Haven, and lists in `Vary` the request headers on which a response
 * depends. CORS credentials are never allowed: Haven uses no cookies, and a script can set `Authorization` without
 * them.
 */
export function configureCors(fastify: FastifyInstance, { cors }: HavenConfig): void {
  const anyone = cors.origins.includes('*');
  const allowed = new Set(cors.origins);
  const byOrigin = allowed.size > 0 && !anyone ? ['Origin'] : [];
  const vary = { api: ['Accept', 'Accept-Encoding', 'Authorization', ...byOrigin].join(', '), others: byOrigin.join() };
  const preflight = {
    'access-control-allow-methods': METHODS,
    'access-control-allow-headers': ALLOWED,
    'access-control-max-age': String(Math.floor(cors.maxAge / 1_000)),
  };
  fastify.addHook('onRequest', ({ route, method, headers }, reply, done) => {
    const varying = route.api === undefined ? vary.others : vary.api;
    if (varying !== '') reply.header('vary', varying);
    if (headers.origin === undefined || !(anyone || allowed.has(headers.origin))) return done();
    reply.header('access-control-allow-origin', anyone ? '*' : headers.origin);
    if (method === 'OPTIONS' && headers['access-control-request-method'] !== undefined) {
      return void reply.headers(preflight).code(204).send();
    }
    reply.header('access-control-expose-headers', EXPOSED);
    done();
  });
}
