import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { parseEntityTags } from './entity-tag.js';

/** Published things that have a version say so by this shape; REST turns it into the strong ETag `"<version>"`. */
interface Versioned {
  version: number;
  /** Last segment of its address: a record's id, a collection's name. */
  id?: string;
  name?: string;
}

/** Gives every versioned answer its ETag, every 201 its Location, and `If-None-Match` on GET its 304 (RFC 9110 §13.1.2). */
export function writeRepresentations(fastify: FastifyInstance): void {
  fastify.addHook('preSerialization', async (request, reply, payload) => {
    if (!isVersioned(payload)) return payload;
    reply.header('etag', `"${payload.version}"`);
    if (reply.statusCode === 201) reply.header('location', location(request, payload));
    return payload;
  });
  fastify.addHook('onSend', async (request, reply, payload) => {
    if (!request.url.startsWith('/api/')) return payload;
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'private, no-cache');
    reply.header('vary', 'Accept, Accept-Encoding, Authorization');
    if (!notModified(request, reply)) return payload;
    reply.code(304).removeHeader('content-type').removeHeader('content-length');
    return null;
  });
}

function isVersioned(payload: unknown): payload is Versioned {
  return typeof payload === 'object' && payload !== null && typeof Reflect.get(payload, 'version') === 'number';
}

function location(request: FastifyRequest, { id, name = '' }: Versioned): string {
  const path = request.url.split('?', 1)[0] ?? '';
  return request.method === 'PUT' ? path : `${path}/${id ?? name}`;
}

function notModified(request: FastifyRequest, reply: FastifyReply): boolean {
  const condition = request.headers['if-none-match'];
  const etag = reply.getHeader('etag');
  if (condition === undefined || typeof etag !== 'string' || reply.statusCode !== 200) return false;
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const versions = parseEntityTags(condition, 'If-None-Match', 'weak');
  return versions === '*' || versions.some((version) => etag === `"${version}"`);
}
