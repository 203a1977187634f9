import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError } from 'graphql';

import { HavenError } from '@haven/kernel';

import type { HavenConfig } from '../config/index.js';
import type { GraphqlContext } from '../http/caller.decorator.js';
import { operationWeight } from './operation-weight.js';

/** What an operation over HTTP costs is paid before it runs; for one read the request has paid already. */
export function chargeOperations({ rateLimits }: HavenConfig): ApolloServerPlugin<GraphqlContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ document, operation, contextValue: { request } }) {
          if (!operation) return;
          const weight = operationWeight(document, operation, rateLimits);
          await request.caller?.charge?.(weight - rateLimits.readCost).catch(refuse);
        },
      };
    },
  };
}

/** Apollo answers with the status that an error names in this way. */
function refuse(error: unknown): never {
  if (!(error instanceof HavenError)) throw error;
  const { status, detail } = error;
  throw new GraphQLError(detail, { originalError: error, extensions: { http: { status } } });
}
