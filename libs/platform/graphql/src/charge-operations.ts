import type { ApolloServerPlugin } from '@apollo/server';

import { graphqlErrorFrom } from '@haven/api';
import type { GraphqlContext } from '@haven/api';
import type { HavenConfig } from '@haven/config';
import { toHavenError } from '@haven/kernel';

import { operationWeight } from './operation-weight.js';

/**
 * Charges operations over HTTP before they run, after their cost has been estimated. The request itself has already
 * been charged as one read.
 */
export function chargeOperations({ rateLimits }: HavenConfig): ApolloServerPlugin<GraphqlContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ document, operation, contextValue: { request } }) {
          if (!operation) return;
          const { readCost } = rateLimits;
          const weight = operationWeight(document, operation, rateLimits) + request.trace.graphqlReads * readCost;
          try {
            await request.caller?.consume?.(weight - readCost);
          } catch (error) {
            throw graphqlErrorFrom(toHavenError(error));
          }
        },
      };
    },
  };
}
