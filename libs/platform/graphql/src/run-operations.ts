import type { ApolloServerPlugin } from '@apollo/server';

import type { GraphqlContext } from '@haven/api';
import type { HavenConfig } from '@haven/config';

import { responseExtensions } from './response-extensions.js';

/**
 * Takes Haven's steps of an operation in Apollo's pipeline: all of them in one plugin, because Apollo awaits every hook
 * of every plugin.
 */
export function runOperations(config: HavenConfig): ApolloServerPlugin<GraphqlContext> {
  return {
    async requestDidStart({ request, contextValue }) {
      passDocument(request, contextValue.document);
      return {
        async didResolveOperation({ schema, document, operation, request: { variables }, contextValue: context }) {
          if (operation) await context.request.operationRun?.admit({ schema, document, operation, variables });
        },
        async didEncounterErrors({ errors, contextValue: context }) {
          // `formatError` has no access to the request
          const { traceId, spanId } = context.request.trace;
          for (const error of errors) Object.assign(error.extensions, { traceId, spanId });
        },
        async willSendResponse({ operation, response: { body }, contextValue: context }) {
          if (body.kind !== 'single') return;
          const added = responseExtensions(context, config);
          const result = body.singleResult;
          if (added) result.extensions = { ...result.extensions, ...added };
          context.request.operationRun?.end(operation, result.errors);
        },
      };
    },
  };
}

interface RequestedOperation {
  query?: string;
  operationName?: string;
  extensions?: Record<string, unknown>;
}

/**
 * Passes the document to Apollo, which by itself runs only documents that are sent with the request. An empty
 * `operationName` counts as none, because some clients always send one.
 */
function passDocument(request: RequestedOperation, document: string | undefined): void {
  if (request.operationName === '') delete request.operationName;
  if (document === undefined) return;
  request.query = document;
  if (!request.extensions) return;
  const { persistedQuery: _, ...others } = request.extensions;
  request.extensions = others;
}
