import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { HavenError } from '@haven/kernel';

import { ACCEPTED_CODINGS, codingOfBody } from './content-coding.js';
import { preferredType } from './preferred-type.js';
import { STREAM_TYPES } from './json-body.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Media types that the route accepts; `application/json` by default. */
    consumes?: readonly string[];
    /** Media types that the route returns; `application/json` by default. */
    produces?: readonly string[];
  }
}

const JSON_ONLY = ['application/json'] as const;

/**
 * Rejects media types and content codings that a route of either API cannot read (415), and media types that a REST
 * route cannot return (406), before the body is read. Apollo negotiates the media types of GraphQL responses.
 */
export function negotiate(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const { api, consumes = JSON_ONLY, produces = JSON_ONLY } = request.route;
    if (api === undefined || request.is404) return done();
    done(
      (hasBody(request) ? (unreadable(request, reply, consumes) ?? undecodable(request, reply)) : undefined) ??
        (api === 'rest' ? unwritable(request.headers.accept, produces) : undefined),
    );
  });
  // Runs after authentication. Without a body and a media type, Fastify passes no stream to the handler.
  fastify.addHook('preHandler', (request, reply, done) => {
    const { api, consumes = JSON_ONLY } = request.route;
    const isMissing = api === 'rest' && isStreamed(consumes) && request.body == null;
    done(isMissing ? unreadable(request, reply, consumes) : undefined);
  });
}

/** Whether a request has a body, according to its headers (RFC 9112 §6.3). */
export function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Whether the route reads its body as a stream. */
function isStreamed(consumes: readonly string[]): boolean {
  return consumes.every((type) => STREAM_TYPES.includes(type));
}

function unreadable(request: FastifyRequest, reply: FastifyReply, consumes: readonly string[]): HavenError | undefined {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  const charset = parameters.map((part) => part.trim()).find((part) => part.startsWith('charset='));
  if (consumes.includes(type.trim()) && (!charset || UTF_8.test(charset))) return undefined;
  reply.header(request.method === 'PATCH' ? 'accept-patch' : 'accept-post', consumes.join(', '));
  return new HavenError('UNSUPPORTED_MEDIA_TYPE', `Send the body as ${consumes.join(' or ')}, in UTF-8.`);
}

/** Matches the name of the only accepted charset, and a common misspelling of it. */
const UTF_8 = /^charset="?utf-?8"?$/;

function undecodable({ headers }: FastifyRequest, reply: FastifyReply): HavenError | undefined {
  if (codingOfBody(headers) !== 'unsupported') return undefined;
  reply.header('accept-encoding', ACCEPTED_CODINGS);
  return new HavenError(
    'UNSUPPORTED_MEDIA_TYPE',
    `Content-Encoding must be one of ${ACCEPTED_CODINGS}, or absent; got ${JSON.stringify(headers['content-encoding'])}.`,
  );
}

/**
 * Checks `Accept` against the media types of successful responses. Problem documents are sent whatever the client
 * accepts.
 */
function unwritable(accept: string | undefined, produces: readonly string[]): HavenError | undefined {
  if (accept === undefined || accept === '*/*' || preferredType(accept, produces)) return undefined;
  return new HavenError('NOT_ACCEPTABLE', `This operation returns ${produces.join(' or ')}; Accept must allow it.`);
}
