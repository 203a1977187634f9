import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { JsonText } from '@haven/kernel';

import { Page } from '../contract/page.js';
import { parseEntityTags } from './entity-tag.js';

/** Published things that have a version say so by this shape; REST turns it into the strong ETag `"<version>"`. */
interface Versioned {
  version?: number;
  revision?: number;
  /** Last segment of its address: a record's id, a collection's name. */
  id?: string;
  name?: string;
}

/** Gives every versioned answer its ETag, every 201 its Location, and `If-None-Match` on GET its 304 (RFC 9110 §13.1.2). */
export function writeRepresentations(fastify: FastifyInstance): void {
  fastify.addHook('preSerialization', (request, reply, payload, done) => {
    if (payload instanceof Page && isRead(request)) reply.header('link', links(request, payload));
    const view: unknown = payload instanceof JsonText ? payload.value : payload;
    if (isVersioned(view)) {
      reply.header('etag', `"${view.version ?? view.revision}"`);
    }
    if (reply.statusCode === 201 && isNamed(view)) reply.header('location', location(request, view));
    done(null, payload);
  });
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (!request.url.startsWith('/api/')) return done(null, payload);
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'private, no-cache');
    if (!notModified(request, reply)) return done(null, payload);
    reply.code(304).removeHeader('content-type').removeHeader('content-length');
    done(null, null);
  });
}

function isVersioned(payload: unknown): payload is Versioned {
  return typeof payload === 'object' && payload !== null && ('version' in payload || 'revision' in payload);
}

function isNamed(payload: unknown): payload is Versioned {
  return typeof payload === 'object' && payload !== null && ('id' in payload || 'name' in payload);
}

/** The pages around this one (RFC 8288). A query in a body has no address, so its pages are reached by the cursors alone. */
function links({ url }: FastifyRequest, { nextCursor, previousCursor }: Page): string {
  const [path = '', query = ''] = url.replace(NOT_IN_A_LINK, encodeURIComponent).split('?', 2);
  const parameters = query.split('&').filter((parameter) => parameter !== '' && !isCursor(parameter));
  const link = (rel: string, ...cursor: string[]): string => {
    const all = [...parameters, ...cursor].join('&');
    return `<${path}${all === '' ? '' : `?${all}`}>; rel="${rel}"`;
  };
  return [
    ...(nextCursor === null ? [] : [link('next', `after=${nextCursor}`)]),
    ...(previousCursor === null ? [] : [link('prev', `before=${previousCursor}`)]),
    link('first'),
  ].join(', ');
}

/** What a client may have sent as it is, but no URI has (RFC 3986 §2), and `>` would end the link. */
const NOT_IN_A_LINK = /[^!-~]|["<>\\^`{|}]/g;

/** A parameter's name may be escaped, though nobody has a reason to. */
function isCursor(parameter: string): boolean {
  const [name = ''] = parameter.split('=', 1);
  return ['after', 'before'].includes(name.includes('%') ? String([...new URLSearchParams(name).keys()][0]) : name);
}

function location(request: FastifyRequest, { id, name = '' }: Versioned): string {
  const path = request.url.split('?', 1)[0] ?? '';
  return request.method === 'PUT' ? path : `${path}/${id ?? name}`;
}

function notModified(request: FastifyRequest, reply: FastifyReply): boolean {
  const condition = request.headers['if-none-match'];
  const etag = reply.getHeader('etag');
  if (condition === undefined || typeof etag !== 'string' || reply.statusCode !== 200) return false;
  if (!isRead(request)) return false;
  const versions = parseEntityTags(condition, 'If-None-Match', 'weak');
  return versions === '*' || versions.some((version) => etag === `"${version}"`);
}

function isRead({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}
