import { GraphQLError } from 'graphql';
import type { GraphQLFormattedError } from 'graphql';

import { HavenError } from '@haven/kernel';

import { toHavenError } from '../http/to-haven-error.js';
import type { Log } from '../observability/log.js';

/** Errors as GraphQL writes them: the catalogue's `code` and `status` in `extensions`, as REST has them in its problem. */
export function errorFormatter(log: Log): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return ({ message, locations, path, extensions }, error) => {
    const haven = havenErrorIn(error) ?? fromGraphql(message, extensions);
    const traceId = typeof extensions?.['traceId'] === 'string' ? extensions['traceId'] : '';
    if (haven.status >= 500) log.failure(haven, traceId);
    return { ...graphqlErrorOf(haven, traceId), ...(locations && { locations }), ...(path && { path }) };
  };
}

/** An error of the catalogue as GraphQL writes it; also for requests that never reach GraphQL. */
export function graphqlErrorOf({ code, status, detail, extras }: HavenError, traceId: string): GraphQLFormattedError {
  const { errors, current, index, retryAfter, violatedPolicies } = extras;
  return {
    message: detail,
    extensions: {
      code,
      status,
      ...(traceId && { traceId }),
      ...(current !== undefined && { current }),
      ...(index !== undefined && { index }),
      ...(violatedPolicies && { violatedPolicies, retryAfter }),
      ...(errors && { errors }),
    },
  };
}

/** Resolvers and scalars throw ours; graphql-js wraps them, sometimes twice. */
function havenErrorIn(error: unknown): HavenError | undefined {
  let cause: unknown = error;
  while (cause instanceof GraphQLError) cause = cause.originalError;
  if (cause === undefined) return undefined;
  return cause instanceof Error ? toHavenError(cause) : undefined;
}

/** What GraphQL itself refuses: syntax, validation, variables that do not fit. */
function fromGraphql(message: string, extensions: GraphQLFormattedError['extensions']): HavenError {
  if (extensions?.['code'] === 'INTERNAL_SERVER_ERROR')
    return new HavenError('INTERNAL', 'Haven failed; nothing was changed.');
  return new HavenError('MALFORMED_GRAPHQL', message);
}
