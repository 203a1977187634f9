import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { HavenConfig } from '@haven/config';
import { HavenError, scanJson } from '@haven/kernel';

import type { BodyBudget } from './body-budget.js';
import { bufferBody, countChunks } from './buffer-body.js';

/** Media types that are parsed as JSON. The `consumes` of a route says which of them it accepts. */
const JSON_TYPES = ['application/json', 'application/merge-patch+json', 'application/json-patch+json'];

/** Media types whose bodies are passed to the handler as a stream. */
export const STREAM_TYPES = ['application/x-ndjson', 'application/jsonl', 'application/ndjson', 'text/csv'];

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether bodies contain many documents and are limited by `limits.batchBytes` instead of `limits.bodyBytes`. */
    manyDocuments?: boolean;
    /** The name of a member of the body that is kept as the client wrote it (`RawJson`), if it is an object. */
    verbatim?: string;
    /**
     * Throws if a body may not be larger than `limits.bodyBytes`. Called with its beginning once that many bytes have
     * arrived, so that the rest is not buffered. If absent, `manyDocuments` alone decides.
     */
    admitLargeBody?: (start: Buffer, request: FastifyRequest) => void;
  }
}

/** Rejects bytes that are not UTF-8, and never replaces them. The byte order mark of a body has been removed. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Memory of a parsed value besides its text: an empty object in an array takes this much, other values less. */
const VALUE_BYTES = 64;

/**
 * Decodes bodies, parses JSON exactly, and passes NDJSON and CSV on as a stream. A handler that stops reading it can
 * still respond. Both count what they hold against the {@link BodyBudget}.
 */
export function readBodies(fastify: FastifyInstance, config: HavenConfig, budget: BodyBudget): void {
  const { jsonDepth: depth, jsonKeys: keys, jsonValues: values, batchOperations } = config.limits;
  const one = { depth, keys, values };
  const many = { depth, keys: keys * batchOperations, values };
  budget.register(fastify);
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(JSON_TYPES, (request, body, done) => {
    const limits = request.route.manyDocuments ? many : one;
    bufferBody(request, body, config, (error, bytes) => {
      if (error) return done(error);
      try {
        const scanned = scanJson(decodeUtf8(bytes), limits, { verbatim: request.route.verbatim });
        request.heldBody?.add(scanned.values * VALUE_BYTES);
        done(null, scanned.parse());
      } catch (error) {
        done(error as Error); // only HavenErrors are thrown
      }
    });
  });
  const mostInStream = config.limits.bodyBytes + config.limits.importLineBytes;
  fastify.addContentTypeParser(STREAM_TYPES, (request, body, done) => {
    body[Symbol.asyncIterator] = () => countChunks(request, body, mostInStream);
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
