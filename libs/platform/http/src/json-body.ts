import type { FastifyInstance } from 'fastify';

import type { HavenConfig } from '@haven/config';
import { HavenError, parseJson } from '@haven/kernel';

/** Media types read as JSON; which of them a route takes, its `consumes` says. */
const JSON_TYPES = ['application/json', 'application/merge-patch+json', 'application/json-patch+json'];

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Reads bodies of many documents: up to `limits.batchBytes`. */
    manyDocuments?: boolean;
  }
}

/** Fatal: bytes that are no UTF-8 are refused, never replaced (RFC 8259 §8.1; a byte order mark is not JSON either). */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads every JSON body exactly, and hands NDJSON on as it comes; who stops reading it can still answer. */
export function readBodies(fastify: FastifyInstance, config: HavenConfig): void {
  const { jsonDepth: depth, jsonKeys: keys, batchOperations, bodyBytes: bodyLimit, batchBytes } = config.limits;
  const one = { depth, keys };
  const many = { depth, keys: keys * batchOperations };
  fastify.addHook('onRoute', (route) => {
    if (route.config?.manyDocuments) route.bodyLimit = batchBytes;
  });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(JSON_TYPES, { parseAs: 'buffer', bodyLimit }, (request, body: Buffer, done) => {
    try {
      const limits = request.route.manyDocuments ? many : one;
      done(null, parseJson(decodeUtf8(body), limits));
    } catch (error) {
      done(error as Error); // both readers throw a HavenError
    }
  });
  fastify.addContentTypeParser(['application/x-ndjson', 'application/jsonl'], (_request, body, done) => {
    body[Symbol.asyncIterator] = () => body.iterator({ destroyOnReturn: false });
    done(null, body);
  });
}

/** The text of UTF-8 bytes, or `MALFORMED_JSON`. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new HavenError('MALFORMED_JSON', 'The body is not UTF-8.', { cause });
  }
}
