import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyRequest } from 'fastify';

import { graphqlErrorFrom } from '@haven/api';
import type { GraphqlContext } from '@haven/api';
import type { HavenConfig } from '@haven/config';
import { HavenError, parseJson } from '@haven/kernel';

import type { DocumentReference, TrustedDocuments } from './trusted-documents.js';

/** The document that a request over HTTP wants to run, before anything else is looked at; throws what Apollo sends. */
export function requestedDocument(
  request: FastifyRequest,
  trusted: TrustedDocuments,
  limits: HavenConfig['limits'],
): string | undefined {
  try {
    return trusted.find(referenceInBody(request, limits));
  } catch (error) {
    throw error instanceof HavenError ? graphqlErrorFrom(error, request.traceId) : error;
  }
}

/** Hands the document to Apollo, which knows of no others than those that are sent. */
export const runRequestedDocument: ApolloServerPlugin<GraphqlContext> = {
  async requestDidStart({ request, contextValue }) {
    if (contextValue.document === undefined) return;
    request.query = contextValue.document;
    if (!request.extensions) return;
    const { persistedQuery: _, ...others } = request.extensions;
    request.extensions = others;
  },
};

function referenceInBody({ method, body, query }: FastifyRequest, limits: HavenConfig['limits']): DocumentReference {
  if (method === 'GET') return referenceInUrl((query ?? {}) as Record<string, unknown>, limits); // Fastify has read it
  if (Array.isArray(body))
    throw new HavenError(
      'MALFORMED_GRAPHQL',
      'A request has one document, not a list of them; to change many records at once there is `mutation { batch }`.',
    );
  return typeof body === 'object' && body !== null ? body : {};
}

/** JSON in an address is held to what a body is; Apollo reads it leniently. */
function referenceInUrl(
  query: Record<string, unknown>,
  { jsonDepth, jsonKeys }: HavenConfig['limits'],
): DocumentReference {
  const [, extensions] = ['variables', 'extensions'].map((name) => {
    const text = query[name];
    return typeof text === 'string' && text !== ''
      ? parseJson(text, { depth: jsonDepth, keys: jsonKeys }, `/${name}`)
      : undefined;
  });
  return { query: query['query'], documentId: query['documentId'], extensions };
}
