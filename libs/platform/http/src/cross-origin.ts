import type { IncomingHttpHeaders } from 'node:http';

import type { FastifyInstance } from 'fastify';

import type { HavenConfig } from '@haven/config';
import { HavenError } from '@haven/kernel';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'QUERY']);

/** Values of `Sec-Fetch-Site` for requests that no page of another origin has caused. */
const OWN_SITES = new Set(['same-origin', 'none']);

/**
 * Rejects requests that pages of other origins send in open mode, where a request needs no key. CORS does not prevent
 * them: a browser sends a `POST` without a preflight request, and only hides the response from the page. A request
 * with `Authorization` is not affected, because a page cannot send it without a preflight request and a valid key.
 */
export function rejectForeignPages(fastify: FastifyInstance, config: HavenConfig): void {
  if (!config.auth.open) return;
  const allowed = allowedOrigins(config);
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { method, headers } = request;
    if (SAFE_METHODS.has(method) || headers.authorization !== undefined) return done();
    if (headers.origin === undefined && headers['sec-fetch-site'] === undefined) return done(); // no page sends it
    const { protocol, host } = request;
    done(isForeignPage(headers, originOf(`${protocol}://${host}`), allowed) ? foreignPage(headers) : undefined);
  });
}

/**
 * Whether a page sends the request whose origin is neither Haven's `own` nor among the `allowed` ones. Browsers send
 * `Origin` with every request that may change something. `Sec-Fetch-Site` decides if `Origin` is absent.
 */
export function isForeignPage(
  { origin, 'sec-fetch-site': site }: IncomingHttpHeaders,
  own: string | undefined,
  allowed: readonly string[],
): boolean {
  if (allowed.includes('*')) return false;
  if (origin !== undefined && allowed.includes(origin)) return false;
  if (site !== undefined && (site === 'cross-site' || origin === undefined) && !OWN_SITES.has(site)) return true;
  return origin !== undefined && (own === undefined || originOf(origin) !== own);
}

/** Returns the origins whose pages may call Haven besides those that come from the host of the request. */
export function allowedOrigins({ cors, server: { publicUrl } }: HavenConfig): readonly string[] {
  return publicUrl === undefined ? cors.origins : [...cors.origins, new URL(publicUrl).origin];
}

/** Returns the origin of a URL in its canonical form, or undefined if the text is not a URL with an origin. */
export function originOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { origin } = new URL(text);
  return origin === 'null' ? undefined : origin;
}

function foreignPage({ origin }: IncomingHttpHeaders): HavenError {
  const sender = origin === undefined ? 'another site' : JSON.stringify(origin);
  return new HavenError(
    'FORBIDDEN',
    `Without a key or token, only pages of Haven's own origin and of those in cors.origins may send this request; it came from a page of ${sender}.`,
  );
}
