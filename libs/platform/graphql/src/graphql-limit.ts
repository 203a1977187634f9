import { HavenError } from '@haven/kernel';
import type { PassedLimit } from '@haven/kernel';

/**
 * Creates the error for a document that exceeds a limit. The message begins with `what`; `extensions` contains the
 * limit.
 */
export function graphqlLimitExceeded(what: string, limit: PassedLimit): HavenError {
  return new HavenError('GRAPHQL_LIMIT_EXCEEDED', `${what} exceeds the limit of ${limit.max} (${limit.name}).`, {
    limit,
  });
}
