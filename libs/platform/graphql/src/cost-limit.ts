import type { ApolloServerPlugin } from '@apollo/server';

import { graphqlErrorFrom } from '@haven/api';
import type { GraphqlContext } from '@haven/api';
import type { HavenConfig } from '@haven/config';

import { costOfOperation } from './cost.js';
import type { ExecutableOperation } from './cost.js';
import { limitPassed } from './graphql-limit.js';

/** Whoever sends this header, with any value, is told in `extensions.cost` what the operation costs. */
const ASK = 'graphql-cost';

/** Returns what an operation costs if it costs no more than it may; throws what Apollo and subscriptions send otherwise. */
export function enforceCostLimit(executable: ExecutableOperation, { limits }: HavenConfig): number {
  const { value, exact } = costOfOperation(executable, limits);
  const max = limits.graphqlCost;
  if (exact && value <= max) return value;
  const what = exact ? `The operation's cost of ${value}` : "The operation's cost, too intricate to estimate,";
  throw graphqlErrorFrom(limitPassed(what, { name: 'limits.graphqlCost', max, ...(exact && { value }) }));
}

/** The cost of operations over HTTP: limited before they run, and told to those who ask. */
export function limitCost(config: HavenConfig): ApolloServerPlugin<GraphqlContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ schema, document, operation, request: { variables }, contextValue: { request } }) {
          if (!operation) return;
          request.trace.graphqlCost = enforceCostLimit({ schema, document, operation, variables }, config);
        },
        async willSendResponse({ response, contextValue: { request } }) {
          const value = request.trace.graphqlCost;
          if (value === undefined || !(ASK in request.headers) || response.body.kind !== 'single') return;
          const result = response.body.singleResult;
          result.extensions = { ...result.extensions, cost: { value, max: config.limits.graphqlCost } };
        },
      };
    },
  };
}
