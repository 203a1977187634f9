import type { FastifyRequest } from 'fastify';

import { graphqlErrorFrom } from '@haven/api';
import type { HavenConfig } from '@haven/config';
import { HavenError, parseJson } from '@haven/kernel';

import type { DocumentReference, TrustedDocuments } from './trusted-documents.js';

/**
 * Returns the document that a request over HTTP wants to run, before anything else is checked. Throws errors that
 * Apollo can send.
 */
export function requestedDocument(
  request: FastifyRequest,
  trusted: TrustedDocuments,
  limits: HavenConfig['limits'],
): string | undefined {
  try {
    const document = trusted.find(referenceInBody(request, limits));
    if (request.admittedDocument !== undefined && request.admittedDocument !== document) throw DIFFERENT_DOCUMENT;
    return document;
  } catch (error) {
    throw error instanceof HavenError ? graphqlErrorFrom(error, request.traceId) : error;
  }
}

/** The document because of which a large body was admitted is followed by another one, which takes precedence. */
const DIFFERENT_DOCUMENT = new HavenError(
  'PAYLOAD_TOO_LARGE',
  'The body is larger than limits.bodyBytes: `query` must come before `documentId`, `extensions` and `variables`.',
);

function referenceInBody({ method, body, query }: FastifyRequest, limits: HavenConfig['limits']): DocumentReference {
  if (method === 'GET') return referenceInUrl((query ?? {}) as Record<string, unknown>, limits); // parsed by Fastify
  if (Array.isArray(body))
    throw new HavenError(
      'MALFORMED_GRAPHQL',
      'A request must contain one document, not a list; to change many records at once, use `mutation { batch }`.',
    );
  return typeof body === 'object' && body !== null ? body : {};
}

/** Applies the limits on JSON in bodies to JSON in the URL, which Apollo would parse leniently. */
function referenceInUrl(
  query: Record<string, unknown>,
  { jsonDepth: depth, jsonKeys: keys, jsonValues: values }: HavenConfig['limits'],
): DocumentReference {
  const [, extensions] = ['variables', 'extensions'].map((name) => {
    const text = query[name];
    return typeof text === 'string' && text !== '' ? parseJson(text, { depth, keys, values }, `/${name}`) : undefined;
  });
  return { query: query['query'], documentId: query['documentId'], extensions };
}
