import { GraphQLError } from 'graphql';

import { HavenError } from '@haven/kernel';
import type { PassedLimit } from '@haven/kernel';

/** A document passes a limit: the sentence begins with what it is, the limit stands in `extensions` as well. */
export function limitPassed(what: string, limit: PassedLimit): HavenError {
  return new HavenError('GRAPHQL_LIMIT_EXCEEDED', `${what} passes the limit of ${limit.max} (${limit.name}).`, {
    limit,
  });
}

/** An error of ours where GraphQL and Apollo expect one of theirs; the answer has its status. */
export function graphqlErrorFrom(error: HavenError, traceId?: string): GraphQLError {
  return new GraphQLError(error.detail, {
    originalError: error,
    extensions: { http: { status: error.status }, ...(traceId && { traceId }) },
  });
}
