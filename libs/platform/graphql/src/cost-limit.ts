import type { ApolloServerPlugin } from '@apollo/server';

import { graphqlErrorFrom } from '@haven/api';
import type { GraphqlContext } from '@haven/api';
import type { HavenConfig } from '@haven/config';

import { costOfOperation } from './cost.js';
import type { Cost, ExecutableOperation } from './cost.js';
import { graphqlLimitExceeded } from './graphql-limit.js';

/** Request header that, with any value, adds the operation's cost to the response as `extensions.cost`. */
const COST_HEADER = 'graphql-cost';

/**
 * Returns the cost of an operation. If it exceeds the limit, throws an error that Apollo and subscriptions can send.
 */
export function enforceCostLimit(executable: ExecutableOperation, { limits }: HavenConfig): Cost {
  const cost = costOfOperation(executable, limits);
  const { value, exact } = cost;
  const max = limits.graphqlCost;
  if (exact && value <= max) return cost;
  const what = exact ? `The operation's cost of ${value}` : "The operation's cost, which is too complex to estimate,";
  throw graphqlErrorFrom(graphqlLimitExceeded(what, { name: 'limits.graphqlCost', max, ...(exact && { value }) }));
}

/** Limits the cost of operations over HTTP before they run, and reports it to clients that ask for it. */
export function limitCost(config: HavenConfig): ApolloServerPlugin<GraphqlContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ schema, document, operation, request: { variables }, contextValue: { request } }) {
          if (!operation) return;
          const { value, reads } = enforceCostLimit({ schema, document, operation, variables }, config);
          request.trace.graphqlCost = value;
          request.trace.graphqlReads = reads;
        },
        async willSendResponse({ response, contextValue: { request } }) {
          const value = request.trace.graphqlCost;
          if (value === undefined || !(COST_HEADER in request.headers) || response.body.kind !== 'single') return;
          const result = response.body.singleResult;
          result.extensions = { ...result.extensions, cost: { value, max: config.limits.graphqlCost } };
        },
      };
    },
  };
}
