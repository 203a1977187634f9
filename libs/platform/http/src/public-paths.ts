import type { FastifyInstance } from 'fastify';

import type { HavenConfig } from '@haven/config';
import type { Log } from '@haven/observability';
import type { AddressedRequest, ClientAddresses } from '@haven/rate-limits';

declare module 'fastify' {
  interface FastifyInstance {
    publicPaths: PublicPaths;
  }
  interface FastifyRequest {
    /**
     * The path below which clients reach Haven, such as `/haven`; empty if it is the root. A reverse proxy has removed
     * it from the URL of the request, and every URL that Haven sends must begin with it.
     */
    publicPrefix: string;
  }
}

/**
 * Matches a path without a slash at its end and without anything that could lead elsewhere: a second slash, which would
 * begin a host, dot segments, a query, or characters that end a header or a link.
 */
const PREFIX = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/;

/** Returns the path of `server.publicUrl` without a slash at its end; undefined if it is not set. */
export function configuredPrefix({ server: { publicUrl } }: HavenConfig): string | undefined {
  return publicUrl === undefined ? undefined : new URL(publicUrl).pathname.replace(/\/$/, '');
}

/** Finds out the path below which clients reach Haven, from `server.publicUrl` or from a trusted proxy's header. */
export class PublicPaths {
  /** The path of `server.publicUrl`; undefined if it is not set. */
  readonly configured: string | undefined;
  /** Whether the prefix may differ between requests. */
  readonly dependsOnRequest: boolean;

  constructor(
    config: HavenConfig,
    private readonly addresses: ClientAddresses,
    private readonly log: Log,
  ) {
    this.configured = configuredPrefix(config);
    this.dependsOnRequest = this.configured === undefined && config.server.trustProxy.length > 0;
  }

  /** Returns the `publicPrefix` of a request. */
  of({ headers, socket }: AddressedRequest): string {
    if (this.configured !== undefined) return this.configured;
    const header = headers['x-forwarded-prefix'];
    if (header === undefined || !this.addresses.isProxy(socket.remoteAddress ?? '')) return '';
    const prefix = String(header).replace(/\/$/, '');
    if (prefix === '' || PREFIX.test(prefix)) return prefix;
    this.log.warn(
      `The proxy ${socket.remoteAddress} sends a header X-Forwarded-Prefix that is not one path such as /haven, so ` +
        'it is ignored. Let the proxy set the header to one path of letters, digits and . _ ~ -, or set ' +
        'server.publicUrl.',
      PublicPaths.name,
    );
    return '';
  }
}

/** Sets `publicPrefix` on every request. */
export function readPublicPrefix(fastify: FastifyInstance, publicPaths: PublicPaths): void {
  fastify.decorate('publicPaths', publicPaths);
  fastify.decorateRequest('publicPrefix', publicPaths.configured ?? '');
  if (!publicPaths.dependsOnRequest) return;
  fastify.addHook('onRequest', (request, _reply, done) => {
    request.publicPrefix = publicPaths.of(request.raw);
    done();
  });
}
