import type { GraphqlContext } from '@haven/api';
import type { HavenConfig } from '@haven/config';
import { cacheAge } from '@haven/http';

/** Request header that, with any value, adds the operation's cost to the response as `extensions.cost`. */
const COST_HEADER = 'graphql-cost';

/**
 * Returns the members that Haven adds to `extensions` of a response; undefined if there are none:
 *
 * - the cost of the operation, if the client asks for it;
 * - the names of fields whose result was replayed from an earlier request with the same `Idempotency-Key`;
 * - what the fields with the argument `dryRun` would change, by their names in the response;
 * - the age of the oldest cached record in the response, as in the header `Age` of REST.
 */
export function responseExtensions(
  { request, replayed, dryRuns }: GraphqlContext,
  { limits }: HavenConfig,
): Record<string, unknown> | undefined {
  const { graphqlCost } = request.trace;
  const cost = graphqlCost !== undefined && COST_HEADER in request.headers;
  const age = cacheAge(request.caller);
  if (!cost && !replayed && !dryRuns && age === undefined) return undefined;
  return {
    ...(cost && { cost: { value: graphqlCost, max: limits.graphqlCost } }),
    ...(replayed && { idempotencyReplayed: replayed }),
    ...(dryRuns && { dryRun: dryRuns }),
    ...(age !== undefined && { age }),
  };
}
