import { GraphQLError } from 'graphql';
import type { GraphQLFormattedError } from 'graphql';

import type { HavenError } from '@haven/kernel';

/** Converts an error of the catalogue to GraphQL's format; also used for requests that never reach GraphQL. */
export function graphqlErrorOf({ code, status, detail, extras }: HavenError, traceId: string): GraphQLFormattedError {
  const { errors, current, index, uniqueIndex, holder, references, limit, retryAfter, violatedPolicies } = extras;
  return {
    message: detail,
    extensions: {
      code,
      status,
      ...(traceId && { traceId }),
      ...(current !== undefined && { current }),
      ...(index !== undefined && { index }),
      ...(uniqueIndex !== undefined && { uniqueIndex }),
      ...(holder !== undefined && { holder }),
      ...(references && { references }),
      ...(violatedPolicies && { violatedPolicies }),
      ...(retryAfter !== undefined && { retryAfter }),
      ...(errors && { errors }),
      ...(limit && { limit }),
    },
  };
}

/**
 * Wraps an error of the catalogue in the error class that GraphQL and Apollo expect; the HTTP response gets its status.
 */
export function graphqlErrorFrom(error: HavenError, traceId?: string): GraphQLError {
  return new GraphQLError(error.detail, {
    originalError: error,
    extensions: { http: { status: error.status }, ...(traceId && { traceId }) },
  });
}
