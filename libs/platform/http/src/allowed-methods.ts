import type { FastifyInstance } from 'fastify';

import { HavenError } from '@haven/kernel';

interface Route {
  pattern: RegExp;
  methods: string[];
  consumes: Record<string, readonly string[]>;
}

/**
 * Responds to requests whose path has only routes for other methods: to `OPTIONS` with 204, to all others with 405 and
 * `Allow` (RFC 9110 §15.5.6).
 */
export function respondToOptions(fastify: FastifyInstance): void {
  const routes = new Map<string, Route>();
  fastify.addHook('onRoute', ({ url, method, config }) => {
    const route = routes.get(url) ?? { pattern: pathPattern(url), methods: [], consumes: {} };
    for (const name of [method].flat()) {
      if (!route.methods.includes(name)) route.methods.push(name);
      if (config?.consumes) route.consumes[name] = config.consumes;
    }
    routes.set(url, route);
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done();
    const path = request.url.split('?', 1)[0] ?? '';
    const route = [...routes.values()].find(({ pattern, methods }) => pattern.test(path) && !methods.includes('*'));
    if (!route) return done();
    reply.header('allow', [...route.methods, 'OPTIONS'].join(', '));
    if (request.method !== 'OPTIONS') {
      return done(
        new HavenError(
          'METHOD_NOT_ALLOWED',
          `The method ${request.method} is not allowed for this URL; see the Allow header.`,
        ),
      );
    }
    void reply.headers(acceptHeaders(route)).code(204).send();
  });
}

/**
 * Returns the headers `Accept-Patch` (RFC 5789), `Accept-Post` (LDP) and `Accept-Query` (RFC 10008), which list the
 * media types that each method accepts.
 */
function acceptHeaders({ methods, consumes }: Route): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const method of ['POST', 'PATCH', 'QUERY']) {
    if (!methods.includes(method)) continue;
    headers[`accept-${method.toLowerCase()}`] = (consumes[method] ?? ['application/json']).join(', ');
  }
  return headers;
}

function pathPattern(url: string): RegExp {
  const literal = url.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replace(/:[A-Za-z]+/g, '[^/]+').replaceAll('*', '.*')}/?$`);
}
