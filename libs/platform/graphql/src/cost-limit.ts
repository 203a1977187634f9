import { graphqlErrorFrom } from '@haven/api';
import type { HavenConfig } from '@haven/config';

import { costOfOperation } from './cost.js';
import type { Cost, ExecutableOperation } from './cost.js';
import { graphqlLimitExceeded } from './graphql-limit.js';

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
