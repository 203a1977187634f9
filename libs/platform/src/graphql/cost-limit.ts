import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyRequest } from 'fastify';

import type { HavenConfig } from '../config/index.js';
import type { GraphqlContext } from '../http/caller.decorator.js';
import { costOfOperation } from './cost.js';
import type { Running } from './cost.js';
import { graphqlErrorFrom, limitPassed } from './graphql-limit.js';

/** Whoever sends this header, with any value, is told in `extensions.cost` what the operation costs. */
const ASK = 'graphql-cost';

const costs = new WeakMap<FastifyRequest, number>();

/** What the GraphQL operation of a request costs, once it may run; undefined on REST. */
export function costOf(request: FastifyRequest): number | undefined {
  return costs.get(request);
}

/** Lets an operation run if it costs no more than it may, and remembers the cost; throws what Apollo and subscriptions send. */
export function admitCost(running: Running, request: FastifyRequest, { limits }: HavenConfig): void {
  const { value, exact } = costOfOperation(running, limits);
  const max = limits.graphqlCost;
  if (exact && value <= max) return void costs.set(request, value);
  const what = exact ? `The operation's cost of ${value}` : "The operation's cost, too intricate to estimate,";
  throw graphqlErrorFrom(limitPassed(what, { name: 'limits.graphqlCost', max, ...(exact && { value }) }));
}

/** The cost of operations over HTTP: limited before they run, and told to those who ask. */
export function limitCost(config: HavenConfig): ApolloServerPlugin<GraphqlContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ schema, document, operation, request: { variables }, contextValue: { request } }) {
          if (operation) admitCost({ schema, document, operation, variables }, request, config);
        },
        async willSendResponse({ response, contextValue: { request } }) {
          const value = costOf(request);
          if (value === undefined || !(ASK in request.headers) || response.body.kind !== 'single') return;
          const result = response.body.singleResult;
          result.extensions = { ...result.extensions, cost: { value, max: config.limits.graphqlCost } };
        },
      };
    },
  };
}
