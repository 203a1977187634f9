import type { ApolloServerPlugin } from '@apollo/server';
import { Kind } from 'graphql';
import type { OperationDefinitionNode } from 'graphql';

import type { GraphqlContext } from '@haven/api';
import type { CountedOperation, EndSpan } from '@haven/observability';

import type { GraphqlMetrics } from './graphql-metrics.js';

/**
 * Counts operations over HTTP and creates their spans. Metrics and spans contain no names or documents of operations,
 * because these come from the client. The overview names an operation by its first field, which the schema defines.
 */
export function observeOperations(metrics: GraphqlMetrics): ApolloServerPlugin<GraphqlContext> {
  return {
    async requestDidStart({ contextValue: { request, reply } }) {
      const from = performance.now();
      let end: EndSpan | undefined;
      return {
        async didResolveOperation({ operation }) {
          const type = operation?.operation;
          request.trace.graphqlOperation = operation && countedOperation(operation);
          end = type && request.trace.spans?.begin(type, { 'graphql.operation.type': type });
        },
        async willSendResponse({ operation, response: { body } }) {
          const errors = body.kind === 'single' ? body.singleResult.errors : undefined;
          if (errors) request.trace.hasErrors = true;
          const isReceived = !reply?.raw.destroyed;
          if (errors && isReceived) metrics.failed(errors, request.caller?.tenantId);
          end?.(errors && String(errors[0]?.extensions?.['code']));
          if (!operation) return;
          metrics.ran(operation.operation, from);
          const { graphqlCost } = request.trace;
          if (graphqlCost !== undefined) metrics.cost(operation.operation, graphqlCost);
        },
      };
    },
  };
}

function countedOperation({ operation, selectionSet }: OperationDefinitionNode): CountedOperation {
  const [first] = selectionSet.selections;
  const kind = `graphql ${operation}`;
  return { name: first?.kind === Kind.FIELD ? `graphql ${first.name.value}` : kind, kind };
}
