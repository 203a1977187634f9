import type { ApolloServerPlugin } from '@apollo/server';

import type { HavenConfig } from '../config/index.js';
import { graphqlErrorFrom } from '../contract/graphql-error.js';
import type { GraphqlContext } from '../contract/caller.decorator.js';
import { toHavenError } from '../http/to-haven-error.js';
import { operationWeight } from './operation-weight.js';

/** What an operation over HTTP costs is paid before it runs; for one read the request has paid already. */
export function chargeOperations({ rateLimits }: HavenConfig): ApolloServerPlugin<GraphqlContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ document, operation, contextValue: { request } }) {
          if (!operation) return;
          const weight = operationWeight(document, operation, rateLimits);
          try {
            await request.caller?.charge?.(weight - rateLimits.readCost);
          } catch (error) {
            throw graphqlErrorFrom(toHavenError(error));
          }
        },
      };
    },
  };
}
