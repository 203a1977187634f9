import { Readable } from 'node:stream';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { ENTITY_TAG, isLinked, mayRespond, Page, UnchangedPage } from '@haven/api';
import { RawJson } from '@haven/kernel';

import { codingOfResponse, weakenEntityTag } from './compress-responses.js';
import { entityTagsIn } from './entity-tag.js';

/** Fields of a view from which `ETag` and `Location` are derived. */
interface Resource {
  version?: number;
  revision?: number;
  /** Last segment of the resource's URL: the id of a record, the name of a collection. */
  id?: string;
  name?: string;
  /** Other resources that the representation contains, so that it can change without a new version. */
  expanded?: unknown;
}

type Writer = (request: FastifyRequest, reply: FastifyReply, payload: unknown) => void;

/**
 * Sends `ETag`, `Location`, `Link` and 304 on routes whose contract declares them, and `Cache-Control` in both APIs.
 *
 * The headers are written by hooks of the routes that need them, so Fastify runs them for no other route. They are
 * hooks rather than a Nest interceptor because hooks also process a page that a handler sends through `@Res()` and a
 * response that idempotency replays, and because an interceptor would run each of these requests through RxJS. A 304
 * is decided before the response is compressed.
 */
export function writeRepresentations(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    const { operation } = route.config ?? {};
    if (!operation) return;
    const writers: Writer[] = [
      ...(isLinked(operation) ? [writeLinks] : []),
      ...(operation.etag ? [writeEntityTag] : []),
      ...(mayRespond(operation, 201) ? [writeLocation] : []),
    ];
    if (writers.length > 0) {
      route.preSerialization = (request, reply, payload, done) => {
        for (const write of writers) write(request, reply, payload);
        done(null, payload);
      };
    }
  });
  fastify.addHook('onSend', (request, reply, payload, done) => {
    const { api, operation } = request.route;
    if (api !== undefined && !reply.hasHeader('cache-control'))
      reply.header('cache-control', operation?.secret ? 'no-store' : 'private, no-cache');
    if (!operation || !isKnown(request, reply) || !mayRespond(operation, 304)) return done(null, payload);
    if (codingOfResponse(request, reply, payload as string)) weakenEntityTag(reply);
    reply.code(304).removeHeader('content-type').removeHeader('content-length');
    // Fastify's hook for HEAD fails if there is no payload, and adds a length for any other than a stream.
    done(null, request.method === 'HEAD' ? Readable.from([]) : null);
  });
}

/** Writes the strong entity tag `"<version>"` (RFC 9110 §8.8.3), unless the version does not identify the content. */
const writeEntityTag: Writer = ({ dryRun }, reply, payload) => {
  if (dryRun) return; // the version does not exist
  const { version, revision, expanded } = resourceOf(payload);
  if (expanded === undefined) reply.header('etag', `"${version ?? revision}"`);
};

/** Writes the URL of the created resource (RFC 9110 §10.2.2). */
const writeLocation: Writer = ({ url, publicPrefix, method, route }, reply, payload) => {
  if (reply.statusCode !== 201) return;
  const path = publicPrefix + (url.split('?', 1)[0] ?? '');
  const { id, name = '' } = resourceOf(payload);
  const list = route.operation?.listPath?.(path) ?? (method === 'PUT' ? undefined : path);
  reply.header('location', list === undefined ? path : `${list}/${id ?? name}`);
};

/** Returns the resource in a payload. A replayed response is a `RawJson`, which contains the parsed resource. */
function resourceOf(payload: unknown): Resource {
  return (payload instanceof RawJson ? payload.value : payload) as Resource; // the contract of the route guarantees it
}

/** Writes links to the first, next and previous page (RFC 8288). */
const writeLinks: Writer = ({ url, publicPrefix }, reply, payload) => {
  if (payload instanceof Page || payload instanceof UnchangedPage) writePageTag(reply, payload[ENTITY_TAG]);
  if (!(payload instanceof Page)) return;
  const { nextCursor, previousCursor } = payload;
  const [path = '', query = ''] = url.replace(NOT_IN_A_LINK, encodeURIComponent).split('?', 2);
  const parameters = query.split('&').filter((parameter) => parameter !== '' && !isCursor(parameter));
  const link = (rel: string, ...cursor: string[]): string => {
    const all = [...parameters, ...cursor].join('&');
    return `<${publicPrefix}${path}${all === '' ? '' : `?${all}`}>; rel="${rel}"`;
  };
  const links = [
    ...(nextCursor === null ? [] : [link('next', `after=${nextCursor}`)]),
    ...(previousCursor === null ? [] : [link('prev', `before=${previousCursor}`)]),
    link('first'),
  ];
  reply.header('link', links.join(', '));
};

/** Writes the tag of a page. It is weak, because a page may be newer than its tag. */
function writePageTag(reply: FastifyReply, tag: string | undefined): void {
  if (tag !== undefined) reply.header('etag', `W/"${tag}"`);
}

/** Matches characters that a client may have sent but a URI must not contain (RFC 3986 §2). `>` would end the link. */
const NOT_IN_A_LINK = /[^!-~]|["<>\\^`{|}]/g;

/** Whether a query parameter is a cursor. Its name may be escaped, although clients have no reason to do so. */
function isCursor(parameter: string): boolean {
  const [name = ''] = parameter.split('=', 1);
  return ['after', 'before'].includes(name.includes('%') ? String([...new URLSearchParams(name).keys()][0]) : name);
}

/** Whether the client already has this version (RFC 9110 §13.1.2). */
function isKnown({ headers }: FastifyRequest, reply: FastifyReply): boolean {
  const condition = headers['if-none-match'];
  const etag = reply.getHeader('etag');
  if (condition === undefined || typeof etag !== 'string' || reply.statusCode !== 200) return false;
  const tags = entityTagsIn(condition, 'If-None-Match');
  return tags === '*' || tags.some((tag) => etag === `"${tag}"` || etag === `W/"${tag}"`);
}
