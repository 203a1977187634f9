import type { IncomingMessage, ServerResponse } from 'node:http';

import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';

import type { HavenConfig } from '@haven/config';

/** Everything a page needs comes from this server. Swagger UI styles inline; nothing scripts inline. */
const CONTENT_POLICY = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:'],
  frameAncestors: ["'none'"],
  upgradeInsecureRequests: null,
};

/** What helmet says of every answer. It never changes, so it is said once and not with each request. */
export const securityHeaders: Readonly<Record<string, string>> = securityHeadersOf(
  helmet({ contentSecurityPolicy: { directives: CONTENT_POLICY }, strictTransportSecurity: false }),
);

/** Gives every answer the security headers, and one that leaves by HTTPS also HSTS (RFC 6797 forbids it elsewhere). */
export function sendSecurityHeaders(fastify: FastifyInstance, { server: { hstsMaxAge } }: HavenConfig): void {
  const hsts = `max-age=${Math.floor(hstsMaxAge / 1_000)}`;
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.headers(securityHeaders);
    if (hstsMaxAge > 0 && request.protocol === 'https') reply.header('strict-transport-security', hsts);
    done();
  });
}

function securityHeadersOf(middleware: ReturnType<typeof helmet>): Record<string, string> {
  const headers: Record<string, string> = {};
  const response = {
    setHeader: (name: string, value: string) => void (headers[name.toLowerCase()] = value),
    removeHeader: () => undefined,
  };
  middleware({} as IncomingMessage, response as unknown as ServerResponse, () => undefined); // all that helmet asks of them
  return headers;
}
