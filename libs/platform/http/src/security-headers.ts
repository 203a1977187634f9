import type { IncomingMessage, ServerResponse } from 'node:http';

import type { FastifyInstance, FastifyRequest } from 'fastify';
import helmet from 'helmet';

import type { HavenConfig } from '@haven/config';

import { PreparedResponse } from './prepared-response.js';

/**
 * The content security policy. Pages may load resources only from this server, and images also from `data:` URLs.
 * Inline styles are allowed for Swagger UI; inline scripts are not, because no page has any.
 */
const CONTENT_POLICY = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:'],
  frameAncestors: ["'none'"],
  upgradeInsecureRequests: null,
};

/**
 * Headers that helmet sets on every response. They never change, so they are computed once instead of for each request.
 */
export const securityHeaders: Readonly<Record<string, string>> = securityHeadersOf(
  helmet({ contentSecurityPolicy: { directives: CONTENT_POLICY }, strictTransportSecurity: false }),
);

const LINES = Object.entries(securityHeaders)
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('');

/** Adds the security headers to every response, and HSTS to those sent over HTTPS (RFC 6797 forbids it over HTTP). */
export function sendSecurityHeaders(fastify: FastifyInstance, { server: { hstsMaxAge } }: HavenConfig): void {
  const hsts = `max-age=${Math.floor(hstsMaxAge / 1_000)}`;
  fastify.addHook('onRequest', (request, reply, done) => {
    const { raw } = reply;
    const isPrepared = returnsData(request) && raw instanceof PreparedResponse && raw.prepare(LINES);
    if (!isPrepared) reply.headers(securityHeaders);
    if (hstsMaxAge > 0 && request.protocol === 'https') reply.header('strict-transport-security', hsts);
    done();
  });
}

/** Whether the response is no page. Pages may have a content security policy of their own. */
function returnsData({ route: { api }, method }: FastifyRequest): boolean {
  return api === 'rest' || (api === 'graphql' && method === 'POST');
}

function securityHeadersOf(middleware: ReturnType<typeof helmet>): Record<string, string> {
  const headers: Record<string, string> = {};
  const response = {
    setHeader: (name: string, value: string) => void (headers[name.toLowerCase()] = value),
    removeHeader: () => undefined,
  };
  // helmet uses nothing else of the request and the response.
  middleware({} as IncomingMessage, response as unknown as ServerResponse, () => undefined);
  return headers;
}
