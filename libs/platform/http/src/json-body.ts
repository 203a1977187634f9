import type { FastifyInstance } from 'fastify';

import type { HavenConfig } from '@haven/config';
import { HavenError, parseJson } from '@haven/kernel';

/** Media types that are parsed as JSON. The `consumes` of a route says which of them it accepts. */
const JSON_TYPES = ['application/json', 'application/merge-patch+json', 'application/json-patch+json'];

/** Media types whose bodies are passed to the handler as a stream. */
export const STREAM_TYPES = ['application/x-ndjson', 'application/jsonl'];

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether bodies contain many documents and are limited by `limits.batchBytes` instead of `limits.bodyBytes`. */
    manyDocuments?: boolean;
  }
}

/** Rejects bytes that are not UTF-8 and never replaces them (RFC 8259 §8.1). A byte order mark is not JSON either. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses JSON bodies exactly, and passes NDJSON on as a stream. A handler that stops reading the stream can still
 * respond.
 */
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
      done(error as Error); // both parsers throw a HavenError
    }
  });
  fastify.addContentTypeParser(STREAM_TYPES, (_request, body, done) => {
    body[Symbol.asyncIterator] = () => body.iterator({ destroyOnReturn: false });
    done(null, body);
  });
}

/** Decodes UTF-8; throws `MALFORMED_JSON` for other bytes. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new HavenError('MALFORMED_JSON', 'The body is not UTF-8.', { cause });
  }
}
