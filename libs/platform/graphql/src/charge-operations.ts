import type { ApolloServerPlugin } from '@apollo/server';

import { graphqlErrorFrom } from '@haven/api';
import type { GraphqlContext } from '@haven/api';
import type { HavenConfig } from '@haven/config';
import { toHavenError } from '@haven/kernel';

import { operationWeight } from './operation-weight.js';

/** Charges operations over HTTP before they run. The request itself has already been charged as one read. */
export function chargeOperations({ rateLimits }: HavenConfig): ApolloServerPlugin<GraphqlContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ document, operation, contextValue: { request } }) {
          if (!operation) return;
          const weight = operationWeight(document, operation, rateLimits);
          try {
            await request.caller?.consume?.(weight - rateLimits.readCost);
          } catch (error) {
            throw graphqlErrorFrom(toHavenError(error));
          }
        },
      };
    },
  };
}
